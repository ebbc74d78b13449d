"""Find raw HTML whose text is no Markdown: scripts, stylesheets, preformatted text, comments."""

from __future__ import annotations

import re

_OPEN = re.compile(r" {0,3}<(?:(?P<tag>script|style|pre|textarea)\b|!--)", re.IGNORECASE)


def raw_end(lines: list[str], position: int) -> int:
    """
    Return the position after the raw HTML that begins on the line at *position*.

    That is *position* itself where none begins there, or where it is never closed.
    """
    opening = _OPEN.match(lines[position]) if "<" in lines[position] else None
    if opening is None:
        return position
    closing = f"</{opening['tag'].lower()}" if opening["tag"] else "-->"
    for end in range(position, len(lines)):
        if closing in lines[end].lower():
            return end + 1
    return position
