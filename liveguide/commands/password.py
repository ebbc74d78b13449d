"""The command `liveguide password`: it hashes a password for a `gramex.yaml`."""

from __future__ import annotations

import argparse
import getpass
import sys

from ..passwords import PasswordHash

_DESCRIPTION = """\
Hash a password for the credentials of a gramex.yaml. It is asked for twice and
not shown; or it is the one line that is piped in. What is printed may be read by
others: it does not tell the password, unless that is easy to guess.
"""


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `password` to the commands."""
    parser = commands.add_parser(
        "password",
        help="hash a password for the credentials of a gramex.yaml",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """Print the hash of the password that is given; exit status 2 where none is."""
    try:
        password = _asked() if sys.stdin.isatty() else _piped()
    except ValueError as error:
        print(f"password: {error}", file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        print("\npassword: no password was given", file=sys.stderr)
        return 2
    print(PasswordHash.of(password))
    return 0


def _asked() -> str:
    password = getpass.getpass("Password: ")
    if not password:
        raise ValueError("the password is empty")
    if getpass.getpass("Again: ") != password:
        raise ValueError("the two are not the same; try again")
    return password


def _piped() -> str:
    try:
        lines = sys.stdin.buffer.read().decode().splitlines()
    except UnicodeDecodeError:
        raise ValueError("what was piped in is not UTF-8") from None
    if len(lines) != 1 or not lines[0]:
        raise ValueError(f"pipe in one line, the password; there were {len(lines)}")
    return lines[0]
