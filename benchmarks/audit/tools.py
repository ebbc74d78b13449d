"""Where the tools are that npm and Debian brought, and what to do where one is not."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class ToolMissing(Exception):
    """A tool is not installed; the message says how to get it."""


def chromium() -> str:
    """Return the path of Chromium; raise `ToolMissing`."""
    return _program(*_BROWSERS)


def java() -> str:
    """Return the path of a Java runtime; raise `ToolMissing`."""
    return _program("java")


def node() -> str:
    """Return the path of Node, the one of the virtual environment first; raise `ToolMissing`."""
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return _program("node", places=places)


def package(path: str) -> Path:
    """Return a file of one of npm's packages; raise `ToolMissing`."""
    found = ROOT / "node_modules" / path
    if not found.exists():
        raise ToolMissing(f"there is no node_modules/{path}; `make node_modules/installed` gets it")
    return found


def _program(*names: str, places: str | None = None) -> str:
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    raise ToolMissing(f"there is no {names[0]}; `make system` installs it")
