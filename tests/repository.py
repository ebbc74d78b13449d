"""A git repository for tests, whose commits have the dates that a test gives them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


class Repository:
    """
    A repository that knows nothing of the settings of whoever runs the tests.

    Args:

        folder: Where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._git("init", "-q")

    def commit(
        self, message: str, files: Mapping[str, str], day: int = 1, date: str | None = None
    ) -> None:
        """Write files and commit them, at noon UTC of a day of January 2026 or at *date*."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        date = date or f"2026-01-{day:02}T12:00:00 +0000"
        self._git("add", "-A")
        self._git("commit", "-q", "-m", message, date=date)

    def _git(self, *arguments: str, date: str = "") -> None:
        environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        if date:
            environment |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run([*command, *arguments], cwd=self.folder, env=environment, check=True)
