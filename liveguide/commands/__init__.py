"""
The commands of `liveguide`, each in a file of its own.

A command adds its options to the command line without loading what it needs to
run: that it imports when it is called.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from .. import __version__
from ..errors import did_you_mean
from . import build, check, completion, load, new, password, schema, serve

_DESCRIPTION = "Interactive documentation for WebSockets in Python."
_EPILOG = "liveguide COMMAND --help tells what a command does."


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser, commands = command_line()
    if not given:
        parser.print_help()
        return 2
    first = next(iter(given), "")
    if first and not first.startswith("-") and first not in commands:
        hint = did_you_mean(first, commands) or f"; there are {', '.join(commands)}"
        parser.error(f"there is no command {first!r}{hint}")
    options, unknown = parser.parse_known_args(given)
    if unknown:
        _refuse(unknown[0], commands[options.command])
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return status


def _refuse(unknown: str, command: argparse.ArgumentParser) -> NoReturn:
    """End with the usage of a command that has no such option or takes no such argument."""
    if not unknown.startswith("-"):
        command.error(f"there is one argument too many, {unknown!r}")
    name = unknown.partition("=")[0]
    hint = did_you_mean(name, [x for action in command._actions for x in action.option_strings])
    command.error(f"there is no option {name!r}{hint or '; --help lists them'}")


def command_line() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of the whole command line, and those of the commands by name."""
    parser = argparse.ArgumentParser(prog="liveguide", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"liveguide {__version__}")
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", required=True
    )
    for module in (new, build, serve, check, load, password, schema, completion):
        module.add_command(commands)
    return parser, dict(commands.choices)
