"""
Read the part of a file that a fence includes, so that what a page shows is the file that runs.

A part is a range of lines (`lines=3-10`) or a section between two marker
lines, whatever comment they stand in: `# [start:open]` and `# [end:open]`.
Marker lines themselves are never shown.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from ...errors import SourceError, did_you_mean
from ...textfile import read_text

_MARKER = re.compile(r"\[(?P<kind>start|end):(?P<name>[\w-]+)\]")
_RANGE = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d*))?")


class IncludeError(ValueError):
    """The file, or the part of it, can't be included; the message says why."""


def include_part(path: Path, lines: str | None, section: str | None) -> tuple[str, int]:
    """
    Return a part of a file, without indentation common to all its lines, and its first line.

    Args:

        path: The file.

        lines: A range such as `3-10`, `3-` or `3`, counted from 1 in the file as it is.

        section: The name of a section.

    Raises:

        IncludeError: The file is not text, or has no such lines or section.
    """
    try:
        every = read_text(path).rstrip("\n").split("\n")
    except SourceError as error:
        raise IncludeError(error.problem.message) from error
    first, last = 1, len(every)
    if lines is not None:
        first, last = _line_range(lines, len(every))
    if section is not None:
        first, last = _section_range(every, section)
    part = [line for line in every[first - 1 : last] if not _MARKER.search(line)]
    while part and not part[0].strip():
        part.pop(0)
        first += 1
    return textwrap.dedent("\n".join(part)).rstrip("\n"), first


def _line_range(lines: str, total: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(lines)
    if match is None:
        raise IncludeError(f"lines={lines!r} is not a range; write it as 3-10")
    first = int(match["first"])
    last = first if match["last"] is None else int(match["last"] or total)
    if not 1 <= first <= last <= total:
        raise IncludeError(f"lines={lines!r} is outside the file, which has {total} lines")
    return first, last


def _section_range(every: list[str], section: str) -> tuple[int, int]:
    places: dict[str, dict[str, int]] = {}
    for number, line in enumerate(every, 1):
        for marker in _MARKER.finditer(line):
            places.setdefault(marker["name"], {}).setdefault(marker["kind"], number)
    found = places.get(section)
    if found is None:
        raise IncludeError(f"it has no section {section!r}{did_you_mean(section, places)}")
    if "start" not in found or "end" not in found or found["end"] < found["start"]:
        raise IncludeError(f"its section {section!r} needs [start:{section}], then [end:{section}]")
    return found["start"] + 1, found["end"] - 1
