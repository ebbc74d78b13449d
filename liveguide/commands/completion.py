"""The command `liveguide completion`: it prints what lets a shell complete command lines."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

_DESCRIPTION = """\
Print a script that lets your shell complete the commands and options of liveguide.

  bash    eval "$(liveguide completion bash)"          in ~/.bashrc
  zsh     eval "$(liveguide completion zsh)"           in ~/.zshrc, after compinit
  fish    liveguide completion fish | source           in ~/.config/fish/config.fish
"""

SHELLS = ("bash", "zsh", "fish")

_FILES = ("PEM", "PATH")
"""How the help calls a value that is a file; other paths are folders."""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `completion` to the commands."""
    parser = commands.add_parser(
        "completion",
        help="print the completions of a shell: bash, zsh or fish",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import shtab

    from . import command_line

    parser, commands = command_line()
    listed: Any = next(action for action in parser._actions if action.dest == "command")
    for choice in listed._choices_actions:  # argparse's private list of the commands' helps
        commands[choice.dest].description = choice.help  # one line, shown beside the name
    actions: list[Any] = [action for command in commands.values() for action in command._actions]
    for action in actions:
        if action.type is Path:  # shtab completes no paths unless an action says so
            action.complete = shtab.FILE if action.metavar in _FILES else shtab.DIRECTORY
    print(shtab.complete(parser, shell=options.shell))
    return 0
