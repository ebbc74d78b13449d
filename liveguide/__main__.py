"""
`python -m liveguide COMMAND`.

`check` runs the snippets and examples of a guide, `password` hashes a password.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import password_command
from .checker.cli import add_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m liveguide",
        description="Interactive documentation for WebSockets. build.py builds a guide, "
        "site_server.py serves it; these are the other commands.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_command(commands)
    password_command.add_command(commands)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
