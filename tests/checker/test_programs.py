"""Programs of a page: how they are run, and what they must print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liveguide.builder.extensions.page import Program
from liveguide.checker import programs
from liveguide.checker.programs import address_for, printed_all, run_program
from liveguide.checker.report import Outcome


async def _run(folder: Path, code: str, *lines: str, seconds: float = 20) -> Outcome:
    """Run a program that must print these lines."""
    file = folder / "client.py"
    file.write_text(code)
    expected = {"lines": list(lines), "match": "exact", "order": "strict"}
    program = Program(3, "client.py", file, expected)
    return await run_program("page.md", program, "ws://a.example/x/", seconds)


@pytest.mark.parametrize(
    ("site", "page", "address"),
    [
        ("http://127.0.0.1:8888/", "tornado/", "ws://127.0.0.1:8888/tornado/"),
        ("http://127.0.0.1:8888/", "tornado/tips.html", "ws://127.0.0.1:8888/tornado/"),
        ("http://127.0.0.1:8888/", "", "ws://127.0.0.1:8888/"),
        ("https://a.example/docs/", "x/y/", "wss://a.example/docs/x/y/"),
    ],
)
def test_the_address_is_that_of_the_page_s_folder(site: str, page: str, address: str) -> None:
    """With a slash at its end, over TLS where the site is."""
    assert address_for(site, page) == address


async def test_a_program_is_called_with_the_address_beside_its_file(tmp_path: Path) -> None:
    """It may import what stands beside it, and leaves nothing there."""
    (tmp_path / "other.py").write_text("NAME = 'other'\n")
    code = "import os, sys, other\nprint(sys.argv[1:], other.NAME, os.listdir('.'))\n"

    outcome = await _run(tmp_path, code, "['ws://a.example/x/'] other [...]")

    assert (outcome.ok, outcome.kind, outcome.line) == (True, "program", 3), outcome
    assert not (tmp_path / "__pycache__").exists()


async def test_what_is_not_printed_is_told_with_the_end_of_stderr(tmp_path: Path) -> None:
    """Expected, seen, how it ended, and the last lines of its complaints."""
    outcome = await _run(tmp_path, "print('h\u00e9llo')\nraise SystemExit('no \u2603')\n", "hullo")

    assert not outcome.ok
    assert outcome.told == '"client.py"'
    assert outcome.findings == {
        "expected": ["hullo"],
        "seen": ["h\u00e9llo"],
        "state": ["it ended with status 1"],
        "stderr": ["no \u2603"],
    }


async def test_a_status_other_than_0_fails(tmp_path: Path) -> None:
    """Even if all that is expected was printed before."""
    outcome = await _run(tmp_path, "print('a')\nraise SystemExit(3)\n", "a")

    assert not outcome.ok
    assert outcome.findings["expected"] == ["to end with status 0"]
    assert outcome.findings["state"] == ["it ended with status 3"]


@pytest.mark.long
async def test_a_program_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """With what it started; what it had printed until then is told."""
    code = (
        "import subprocess, sys, time\n"
        "print('started')\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)\n"
    )

    outcome = await _run(tmp_path, code, "ended", seconds=3)

    assert outcome.findings == {
        "expected": ["ended"],
        "seen": ["started"],
        "state": ["it did not end within 3 s"],
    }


async def test_an_endless_output_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that never stops printing takes no more memory than that."""
    monkeypatch.setattr(programs, "_MOST_BYTES", 100_000)

    outcome = await _run(tmp_path, "while True: print('x' * 99)\n", "y")

    assert outcome.findings["state"] == ["it wrote more than 100,000 bytes"]


async def test_a_program_that_prints_nothing_fails(tmp_path: Path) -> None:
    """It says so."""
    outcome = await _run(tmp_path, "", "a")

    assert outcome.findings == {"expected": ["a"], "seen": ["nothing was printed"]}


@pytest.mark.parametrize(
    ("expected", "printed", "reached"),
    [
        ({"lines": ["a", "b"]}, ["x", "a", "y", "b"], True),
        ({"lines": ["a", "b"]}, ["b", "a"], False),
        ({"lines": ["a", "a"]}, ["a"], False),
        ({"lines": ["a", "b"], "order": "any"}, ["b", "a"], True),
        ({"lines": ["...", "a"], "order": "any"}, ["a", "b"], True),
        ({"lines": ["a", "a"], "order": "any"}, ["a", "b"], False),
        ({"lines": ["a ... c."]}, ["a b c."], True),
        ({"lines": ["a"]}, ["ab"], False),
        ({"lines": ["a."]}, ["ab"], False),
        ({"lines": [" a "]}, ["a"], True),
        ({"lines": [r"^\d+ b"], "match": "pattern"}, ["12 bc"], True),
        ({"lines": [r"^\d+ b"], "match": "pattern"}, ["x 12 b"], False),
    ],
)
def test_lines_match_as_those_of_snippets(
    expected: dict[str, Any], printed: list[str], reached: bool
) -> None:
    """In order or in any, exactly, with `...`, or by a pattern; others may come between."""
    rules = {"match": "exact", "order": "strict"}

    assert printed_all({**rules, **expected}, printed) is reached
