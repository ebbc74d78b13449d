"""The command `liveguide build`: what `build.py` does."""

from __future__ import annotations

import argparse

from ..builder.options import add_options


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `build` to the commands."""
    parser = commands.add_parser("build", help="build the static site from a guide")
    add_options(parser, command="liveguide build")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..builder.cli import run

    return run(options)
