"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

WriteTree = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(name="write_tree")
def _write_tree(tmp_path: Path) -> WriteTree:
    """Return a function that writes files into a fresh `guide` folder and returns that folder."""

    def write_tree(files: Mapping[str, str | bytes]) -> Path:
        guide = tmp_path / "guide"
        guide.mkdir(exist_ok=True)
        for name, content in files.items():
            path = guide / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return guide

    return write_tree
