"""Completion, in real shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from liveguide.commands import command_line
from liveguide.commands.completion import SHELLS

pytestmark = pytest.mark.long

BASH = """
eval "$({python} -m liveguide completion bash)"
COMP_WORDS=({words}) COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_shtab_liveguide
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def in_bash(folder: Path, *words: str) -> list[str]:
    """Return what bash offers for the last of these words."""
    quoted = " ".join(f"'{word}'" for word in words)
    done = subprocess.run(
        ["bash", "--norc", "-c", BASH.format(python=sys.executable, words=quoted)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=folder,
    )
    return sorted(line for line in done.stdout.splitlines() if line)


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    """After the program all commands, after a command its own options, and values that are few."""
    assert in_bash(tmp_path, "liveguide", "") == sorted(command_line()[1])
    assert in_bash(tmp_path, "liveguide", "se") == ["serve"]
    assert in_bash(tmp_path, "liveguide", "build", "--s") == ["--strict"]
    assert in_bash(tmp_path, "liveguide", "schema", "g") == ["gramex"]


def test_bash_completes_folders_and_files(tmp_path: Path) -> None:
    """A guide is a folder; a certificate is a file."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs.pem").touch()

    assert in_bash(tmp_path, "liveguide", "build", "do") == ["docs"]
    assert in_bash(tmp_path, "liveguide", "serve", "--certfile", "docs.") == ["docs.pem"]


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script_that_names_all_commands(shell: str) -> None:
    """The shell itself, where it is installed, finds no fault in it."""
    command = [sys.executable, "-m", "liveguide", "completion", shell]
    script = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    assert all(name in script for name in command_line()[1])
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=script, text=True, check=True, timeout=60)
