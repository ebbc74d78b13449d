"""The environment that has those with whom we are compared, and nothing of ours."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / ".peers"
_WANTED = Path(__file__).with_suffix(".txt")


def program(name: str) -> Path:
    """Return the path of a program of that environment, which is made if need be."""
    installed = FOLDER / "installed"
    wanted = _WANTED.read_text(encoding="utf-8")
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        venv.create(FOLDER, with_pip=True)
        pip = [FOLDER / "bin/python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", "-r", _WANTED], check=True)
        installed.write_text(wanted, encoding="utf-8")
    return FOLDER / "bin" / name


def versions() -> dict[str, str]:
    """Return what is installed there on purpose, and its versions."""
    lines = (line for line in _WANTED.read_text(encoding="utf-8").splitlines() if "==" in line)
    return {name: version for name, _, version in (line.partition("==") for line in lines)}
