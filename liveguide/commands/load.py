"""The command `liveguide load`: it puts a WebSocket server under load, and counts."""

from __future__ import annotations

import argparse

from ..load.options import add_options


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `load` to the commands."""
    parser = commands.add_parser("load", help="put a WebSocket server under load, and count")
    add_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ..load.cli import run

    return run(options)
