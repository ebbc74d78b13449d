"""What a check prints."""

from __future__ import annotations

import pytest

from liveguide.checker.report import Outcome, lines_of, quoted, summary

PAGE = "guide/README.md"


def test_what_passed_takes_one_line() -> None:
    """Page and line come first, as compilers write them, then what happened."""
    outcome = Outcome("snippet", PAGE, 62, True, '"Say hello" logged "hello"')

    assert lines_of(outcome) == ['guide/README.md:62: ok  "Say hello" logged "hello"']


def test_a_failure_tells_what_was_expected_and_what_was_seen() -> None:
    """The findings stand below each other, their labels as wide as the widest."""
    findings = {"expected": ["one", "two"], "seen": ["three"], "state": ["open"]}
    outcome = Outcome("snippet", PAGE, 62, False, '"Say hello"', findings)

    assert lines_of(outcome) == [
        'guide/README.md:62: FAILED  "Say hello"',
        "  expected  one",
        "            two",
        "  seen      three",
        "  state     open",
    ]


def test_a_page_has_no_line_and_no_name() -> None:
    """What fails as a whole is told by its file alone."""
    outcome = Outcome("page", PAGE, 0, False, "", {"seen": ["404 Not Found"]})

    assert lines_of(outcome) == ["guide/README.md: FAILED", "  seen  404 Not Found"]


def test_of_many_lines_the_last_are_shown() -> None:
    """What came last is likelier to tell why."""
    outcome = Outcome("page", PAGE, 0, False, "", {"seen": ["\n".join("abcdefghijk")]})

    assert [line.split(maxsplit=1)[-1] for line in lines_of(outcome)[1:3]] == [
        "(4 lines before)",
        "e",
    ]
    assert lines_of(outcome)[-1].strip() == "k"
    assert len(lines_of(outcome)) == 9


def test_what_came_from_a_page_moves_no_cursor() -> None:
    """Control characters are shown as Python writes them, and long lines are cut."""
    outcome = Outcome("page", PAGE, 0, False, "\x1b[2J", {"seen": ["a\tb\r", "é" * 300]})

    assert lines_of(outcome) == [
        "guide/README.md: FAILED  \\x1b[2J",
        "  seen  a\\tb\\r",
        "        " + "é" * 200 + "...",
    ]


@pytest.mark.parametrize(
    ("kinds", "failing", "pages", "line"),
    [
        ("sssssssee", 1, 4, "7 snippets and 2 examples checked on 4 pages: 1 failed"),
        ("se", 0, 1, "1 snippet and 1 example checked on 1 page: all passed"),
        ("p", 1, 2, "0 snippets and 0 examples checked on 2 pages: 1 failed"),
        ("", 0, 0, "0 snippets and 0 examples checked on 0 pages: all passed"),
    ],
)
def test_the_closing_line_counts(kinds: str, failing: int, pages: int, line: str) -> None:
    """It counts what was checked, and all that failed, pages included."""
    outcomes = [
        Outcome({"s": "snippet", "e": "example", "p": "page"}[kind], PAGE, 1, n >= failing, "")
        for n, kind in enumerate(kinds)
    ]

    assert summary(outcomes, pages) == line


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ([], ""),
        (["a"], '"a"'),
        (["a", "b"], '"a" and 1 more line'),
        (["a", "b", "c"], '"a" and 2 more lines'),
    ],
)
def test_many_lines_are_quoted_by_the_first(lines: list[str], text: str) -> None:
    """One line tells which snippet it is; the others are counted."""
    assert quoted(lines) == text
