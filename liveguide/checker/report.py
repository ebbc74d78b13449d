"""What a check found, in the words that its reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["page", "snippet", "program", "example"]

_MOST_LINES = 8
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Outcome:
    """
    What became of one page, snippet, program or example.

    Attributes:

        kind: Which of them it is.

        path: The page's file as messages name it.

        line: The line on which it stands; 0 for a page, or where it is not known.

        ok: Whether it passed.

        told: On success what happened, otherwise what it is called.

        findings: Of a failure: what was expected and what was seen, by label; empty ones
            are not shown.
    """

    kind: Kind
    path: str
    line: int
    ok: bool
    told: str
    findings: dict[str, list[str]] = field(default_factory=dict)


def lines_of(outcome: Outcome) -> list[str]:
    """Return the lines that tell one outcome."""
    place = f"{outcome.path}:{outcome.line}" if outcome.line else outcome.path
    told = f"  {_safe(outcome.told)}" if outcome.told else ""
    lines = [f"{place}: {'ok' if outcome.ok else 'FAILED'}{told}"]
    width = max((len(label) for label in outcome.findings), default=0) + 2
    for label, found in outcome.findings.items():
        for number, line in enumerate(_shortened(found)):
            lines.append(f"  {'' if number else label:{width}}{line}")
    return lines


def summary(outcomes: Iterable[Outcome], pages: int) -> str:
    """Return the closing line of a check of so many pages."""
    outcomes = list(outcomes)
    snippets = sum(outcome.kind == "snippet" for outcome in outcomes)
    programs = sum(outcome.kind == "program" for outcome in outcomes)
    examples = sum(outcome.kind == "example" for outcome in outcomes)
    failed = sum(not outcome.ok for outcome in outcomes)
    told = f", {_count(programs, 'program')}" if programs else ""
    counts = f"{_count(snippets, 'snippet')}{told} and {_count(examples, 'example')}"
    result = f"{failed} failed" if failed else "all passed"
    return f"{counts} checked on {_count(pages, 'page')}: {result}"


@dataclass(frozen=True)
class FeatureRow:
    """
    What became of one feature.

    Attributes:

        id: What the guide calls it.

        pages: The addresses of the pages that show it, relative to the site's root.

        names: What those pages call the snippets, programs and examples that show it.

        ok: Whether all of these passed.
    """

    id: str
    pages: list[str]
    names: list[str]
    ok: bool


def feature_lines(rows: list[FeatureRow]) -> list[str]:
    """Return the table of features, a line for each, and a closing count; nothing for none."""
    if not rows:
        return []
    cells = [
        (row.id, ", ".join(page or "./" for page in row.pages), ", ".join(map(_quoted, row.names)))
        for row in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    lines = [
        "  ".join([*(text.ljust(width) for text, width in zip(found, widths, strict=True)), told])
        for found, told in zip(cells, ("ok" if row.ok else "FAILED" for row in rows), strict=True)
    ]
    failed = sum(not row.ok for row in rows)
    result = f"{failed} failed" if failed else "all ok"
    return [*lines, f"{_count(len(rows), 'feature')} shown: {result}"]


def _quoted(name: str) -> str:
    return f'"{_safe(name)}"'


def quoted(lines: list[str]) -> str:
    """Return the first of *lines* in quotes, and how many more there are."""
    if not lines:
        return ""
    more = f" and {_count(len(lines) - 1, 'more line')}" if len(lines) > 1 else ""
    return f'"{lines[0]}"{more}'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shortened(found: list[str]) -> list[str]:
    """Return lines that a terminal can show, the last of them where they are too many."""
    lines = [_safe(line) for text in found for line in (text.split("\n") or [""])]
    if len(lines) > _MOST_LINES:
        left_out = len(lines) - _MOST_LINES + 1
        lines = [f"({left_out} lines before)", *lines[left_out:]]
    return lines


def _safe(text: str) -> str:
    """Return one line of *text*: what came from a page moves no terminal's cursor."""
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return text if len(text) <= _LONGEST_LINE else text[:_LONGEST_LINE] + "..."
