"""The page on security names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from liveguide.limits import SITE_LIMITS

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


def test_every_default_has_its_reason() -> None:
    """The page has a row for each limit, with the value that holds."""
    rows = dict(re.findall(r"^\| `(\w+)` +\| ([\w.]+) +\| \S", PAGE.read_text(), re.MULTILINE))
    defaults = {
        name: str(bool(limit.default)).lower() if limit.is_switch else f"{limit.default:.10g}"
        for name, limit in SITE_LIMITS.items()
    }

    assert {name: rows.get(name) for name in defaults} == defaults


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
