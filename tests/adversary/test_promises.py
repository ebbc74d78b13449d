"""The page on security names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from liveguide.limits import SITE_LIMITS

TESTS = Path(__file__).resolve().parents[1]
SERVER = TESTS.parent / "liveguide/server"
PAGE = TESTS.parent / "guide/security/README.md"


def _items() -> dict[int, str]:
    """Return what each numbered item of the page says."""
    items = re.findall(
        r"^- \*\*(\d+)\. (.*?)$(?=\n- |\n\n)", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    assert len({number for number, _ in items}) == len(items)
    return {int(number): text for number, text in items}


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


def _documented() -> set[str]:
    """Return every name that begins a row of a table."""
    cells = re.findall(r"^\| (`[^|]*`[^|]*)\|", PAGE.read_text(), re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_event_of_the_log_is_documented() -> None:
    """The page says when each is logged, and with which fields."""
    source = "".join(path.read_text() for path in SERVER.rglob("*.py"))
    events = set(re.findall(r"\bevent\(\s*\"(\w+)\"", source))

    assert {"refused", "failed"} <= events
    assert events - _documented() == set()


def test_every_metric_is_documented() -> None:
    """The page says what each counts."""
    names = {name.removesuffix("_total") for name in _documented()}
    sources = [
        (SERVER / f"reporting/{name}.py").read_text() for name in ("metrics", "room_metrics")
    ]
    metrics = set(re.findall(r"\"(liveguide_\w+)\"", "".join(sources)))

    assert "liveguide_messages" in metrics
    assert {name for name in metrics if f"{name}_info" not in names} - names == set()


def test_every_promise_is_held() -> None:
    """Each names its tests."""
    not_yet = {number for number, text in _items().items() if "*Held by*" not in text}

    assert not_yet == set()


def test_every_figure_has_a_command_that_is_there() -> None:
    """Each target of make, script and test file that the table names exists."""
    makefile = (TESTS.parent / "Makefile").read_text()
    page = PAGE.read_text().partition("## The figures")[2]
    commands = re.findall(r"\| `(make|python|pytest) ([\w/.]+)", page)

    assert len(commands) > 5
    for program, name in commands:
        if program == "make":
            assert re.search(rf"^{name}:", makefile, re.MULTILINE), name
        else:
            assert (TESTS.parent / name).is_file(), name


def test_every_threat_has_its_item() -> None:
    """The page has one item for each of the 28 threats."""
    assert set(_items()) == set(range(1, 29))


def test_each_test_that_the_page_names_is_there() -> None:
    """A promise is held by tests that exist: `adversary/test_logs.py::test_name`."""
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", " ".join(_items().values()))
    missing = []
    for file, name in named:
        path = next(
            (root / file for root in (TESTS, TESTS.parent) if (root / file).is_file()), None
        )
        if path is None or (name and name not in _tests(path)):
            missing.append(f"{file}::{name}")

    assert missing == []
