"""
Read the part of a file that a fence includes, so that what a page shows is the file that runs.

A part is a range of lines (`lines=3-10`) or a section between two marker
lines, whatever comment they stand in: `# [start:open]` and `# [end:open]`.
Marker lines themselves are never shown.
"""

from __future__ import annotations

import posixpath
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from ...errors import SourceError, did_you_mean
from ...textfile import read_text
from ..sources import relative_url, source_view_of, url_of
from .fence_options import Fence
from .page import PageState

_MARKER = re.compile(r"\[(?P<kind>start|end):(?P<name>[\w-]+)\]")
_RANGE = re.compile(r"(?P<first>\d+)(?:-(?P<last>\d*))?")


class IncludeError(ValueError):
    """The file, or the part of it, can't be included; the message says why."""


class Included(NamedTuple):
    """
    What a fence shows of a file.

    Attributes:

        code: The lines that it shows.

        first: The number of the first of them, in the file.

        source_href: The address of the file's source view, where all of it is shown.

        path: The file.
    """

    code: str
    first: int
    source_href: str | None
    path: Path


def include(fence: Fence, page: PageState) -> Included | None:
    """Return what a fence shows of a file; report why it can't, and return `None`."""
    name = str(fence.options["file"])
    if fence.code.strip():
        page.report(fence.line, "this fence has both file= and lines of its own; remove the lines")
    uri = posixpath.normpath(posixpath.join(page.folder, name))
    source_href = None
    if uri in page.sources.files:
        path = page.sources.files[uri].path
        # Who shows a part of a file has not said that the rest is public.
        if "lines" not in fence.options and "section" not in fence.options:
            page.source_views.add(uri)
            source_href = relative_url(url_of(source_view_of(uri)[0]), page.url)
    else:
        path = Path(posixpath.normpath((page.guide / page.folder / name).as_posix()))
        resolved = path.resolve()
        if not any(folder in resolved.parents for folder in page.include):
            outside = (
                "; it is outside the guide: name its folder under 'include' in liveguide.yaml"
                if uri.startswith("../") and resolved.is_file()
                else did_you_mean(name, page.sources.names_from(page.folder))
            )
            page.report(fence.line, f"there is no file {name!r} to include{outside}")
            return None
        page.included.add(uri)
    try:
        code, first = include_part(path, fence.options.get("lines"), fence.options.get("section"))
    except IncludeError as error:
        page.report(fence.line, f"{name!r} can't be included: {error}")
        return None
    return Included(code, first, source_href, path)


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
