"""A problem with the lines around it: what a page or an editor shows of it."""

from __future__ import annotations

from typing import Any

from .errors import Problem

AROUND = 3
"""How many lines are shown before and after the faulty one."""

_LONGEST_LINE = 200


def described(problem: Problem) -> dict[str, Any]:
    """
    Return a problem as JSON has it, with the lines of its file around it.

    Returns:

        Its attributes by their names, and `lines`: pairs of a line's number and
        its text. They are as the file is now; there are none where it can't be
        read, or where the fault is the whole file's.
    """
    return {
        "path": problem.path,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "message": problem.message,
        "lines": _lines(problem),
    }


def _lines(problem: Problem) -> list[tuple[int, str]]:
    if problem.line is None:
        return []
    try:
        with open(problem.path, encoding="utf-8-sig", errors="replace") as file:
            every = file.read().split("\n")
    except (OSError, ValueError):
        return []
    first = max(1, problem.line - AROUND)
    part = every[first - 1 : problem.line + AROUND]
    return [(number, text[:_LONGEST_LINE]) for number, text in enumerate(part, first)]
