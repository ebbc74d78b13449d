"""The command `liveguide check`: it runs a guide's snippets and examples in a browser."""

from __future__ import annotations

import argparse

from ..checker.options import add_options


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check` to the commands."""
    parser = commands.add_parser(
        "check", help="run every snippet and example of a guide in a browser"
    )
    add_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..checker.cli import run

    return run(options)
