"""Conditional requests and ranges: RFC 9110, sections 13 and 14, decided without any I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_TAG = re.compile(r'(W/)?("[^"]*")')
_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))[ \t]*", re.I)


@dataclass(frozen=True)
class Validators:
    """
    What tells one state of a representation from another.

    Attributes:

        tag: Its strong `ETag`, in quotation marks.

        modified: Its `Last-Modified`, in seconds since 1970.

        date: The same, as the header says it.
    """

    tag: str
    modified: int
    date: str


class Unsatisfiable(Exception):
    """A range that begins behind the end."""


def is_unchanged(headers: Mapping[str, str], current: Validators) -> bool:
    """Say whether a client has the representation already: 304 (sections 13.1.2 and 13.1.3)."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or any(tag == current.tag for _, tag in _TAG.findall(tags))
    since = _seconds(headers.get("If-Modified-Since"))
    return since is not None and current.modified <= since


def is_another(headers: Mapping[str, str], current: Validators) -> bool:
    """Say whether a client asks for another state than this: 412 (sections 13.1.1 and 13.1.4)."""
    tags = headers.get("If-Match")
    if tags is not None:
        found = _TAG.findall(tags)
        return tags.strip() != "*" and not any(not w and tag == current.tag for w, tag in found)
    since = _seconds(headers.get("If-Unmodified-Since"))
    return since is not None and current.modified > since


def part_of(headers: Mapping[str, str], current: Validators, size: int) -> tuple[int, int] | None:
    """
    Return the part that a client asks for: the first byte's place, and that behind the last one.

    `None` is the whole: nothing else is asked for, or several parts at once, or the part
    of another state (section 13.1.5).

    Args:

        headers: The request's.

        current: The state that there is.

        size: Its size in bytes.

    Raises:

        Unsatisfiable: There is no such part: 416.
    """
    asked = headers.get("Range")
    if asked is None:
        return None
    found = _RANGE.fullmatch(asked)
    condition = headers.get("If-Range")
    if found is None or (condition is not None and condition not in (current.tag, current.date)):
        return None
    first, last, suffix = found.groups()
    start = max(0, size - int(suffix)) if first is None else int(first)
    end = min(size, int(last) + 1) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, end


def _seconds(date: str | None) -> float | None:
    """Return an HTTP date in seconds since 1970; nothing for what is none."""
    if date is None:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
