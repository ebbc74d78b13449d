"""The page on security names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "guide/security/README.md"


def _rows() -> dict[int, str]:
    """Return what the last cell of each numbered row says."""
    rows = re.findall(r"^\| (\d+) +\|.*\|(.*)\|$", PAGE.read_text(), re.MULTILINE)
    assert len({number for number, _ in rows}) == len(rows)
    return {int(number): held_by for number, held_by in rows}


def _tests(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


def test_every_threat_has_its_row() -> None:
    """The page has one row for each of the 28 threats."""
    assert set(_rows()) == set(range(1, 29))


def test_each_test_that_the_page_names_is_there() -> None:
    """A promise is held by tests that exist: `adversary/test_logs.py::test_name`."""
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", " ".join(_rows().values()))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (TESTS / file).is_file() or (name and name not in _tests(TESTS / file))
    ]

    assert missing == []
