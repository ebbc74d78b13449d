"""The command `liveguide serve`: what `site_server.py` does."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..server.options import add_options

_HERE = str(Path(__file__).resolve().parents[2])


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve` to the commands."""
    parser = commands.add_parser(
        "serve", help="serve a guide's site and its endpoints; the site is built first"
    )
    add_options(parser)
    parser.set_defaults(run=run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve as the command line of `site_server.py` asks; return the exit status."""
    parser = argparse.ArgumentParser(prog="site_server.py")
    add_options(parser)
    return run(parser.parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Serve as these options ask; return the exit status."""
    from ..builder.freshness import is_current
    from ..server.cli import run

    return run(options, is_current=is_current, build=_build, watch=_watch)


def _build(guide: Path, site: Path) -> int:
    """
    Build *site* from *guide* in a process of its own.

    The server's process never loads what only a build needs, and that is most
    of the memory that a build takes.
    """
    command = [sys.executable, "-m", "liveguide.builder", str(guide), "--output", str(site)]
    return subprocess.run(command, env={**os.environ, **_environment()}, check=False).returncode


def _watch(guide: Path, site: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command that builds *site* whenever *guide* changes, and its environment."""
    command = [sys.executable, "-m", "liveguide.builder.watching", str(guide), str(site)]
    return command, _environment()


def _environment() -> dict[str, str]:
    """Return what lets a process of its own find this package, from wherever it starts."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, [_HERE, os.environ.get("PYTHONPATH")]))}
