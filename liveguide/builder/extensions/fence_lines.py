"""
Where fences stand: the line that opens one, the lines of its code, the line that closes it.

Pure. A fence may stand in a list, a block quote or a `:::` block, of which its lines have a prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .on_demand import CONTAINER

_OPEN = re.compile(
    # Possessive: there are exponentially many ways to share out the spaces of "-    -    -".
    r"""(?P<prefix>(?:[ ]{0,3}>[ ]?)*+(?:[ \t]*+(?:[-*+]|\d{1,9}\.)[ ]++)*+[ \t]*+)
        (?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*)$""",
    re.VERBOSE,
)
_CONTAINER = re.compile(
    rf"[ \t]*(?:[-*+][ ]|\d{{1,9}}\.[ ]|:::|!!!|{CONTAINER}|:[ ]|\[\^[^\]]+\]:)"
)

QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
"""What the lines of a block quote begin with."""


def opening_at(lines: list[str], position: int) -> re.Match[str] | None:
    """Return how a line opens a fence (`prefix`, `fence`, `info`), or `None` if it does not."""
    opening = _OPEN.match(lines[position])
    if opening is None or _is_indented_code(lines, position, opening["prefix"]):
        return None
    return opening


def read_code(lines: list[str], position: int, opening: re.Match[str]) -> tuple[str, int | None]:
    """Return the code of a fence, and the position of its closing line or `None`."""
    fence, prefix = opening["fence"], opening["prefix"]
    quote = QUOTE.match(prefix)
    width = len(prefix[quote.end() if quote else 0 :].expandtabs(4))
    closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    code: list[str] = []
    for end in range(position + 1, len(lines)):
        line = lines[end]
        if quote:
            inner = QUOTE.match(line)
            if inner is None:
                return "", None
            line = line[inner.end() :]
        if fence[0] in line and closing.match(line):
            return "\n".join(code), end
        code.append(_without_indent(line, width) if width else line)
    return "", None


def line_after(lines: list[str], closing: int, prefix: str) -> str:
    """Return the next line below a fence that is not blank, if it is as indented as the fence."""
    for line in lines[closing + 1 :]:
        if not is_blank(line):
            inside = len(line) - len(line.lstrip(" \t>")) >= len(prefix.replace("\t", "    "))
            return line if inside else ""
    return ""


def _without_indent(line: str, width: int) -> str:
    """Return *line* less at most *width* columns of leading white space."""
    column = index = 0
    while index < len(line) and column < width and line[index] in " \t":
        column += 1 if line[index] == " " else 4 - column % 4
        index += 1
    return line[index:]


def is_blank(line: str) -> bool:
    """Return whether a line is blank, also within a block quote."""
    return not line.strip(" \t>")


def _is_indented_code(lines: list[str], position: int, prefix: str) -> bool:
    """
    Return whether a fence's line is only shown, in code that is indented by four spaces.

    It is not where the indentation belongs to a list item, a `:::` block, an
    admonition, a definition or a footnote.
    """
    indent = _indent(prefix)
    if indent < 4:
        return False
    for line in _before(lines, position):
        if not line.strip() or _indent(line) >= indent:
            continue
        if _CONTAINER.match(line):
            return False
        indent = _indent(line)
        if indent < 4:
            return True
    return True


def _before(lines: list[str], position: int) -> Iterator[str]:
    return (lines[index] for index in range(position - 1, -1, -1))


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))
