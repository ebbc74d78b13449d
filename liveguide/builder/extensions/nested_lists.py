"""
Let lists nest by two spaces, or by any number that lines up, as well as by four.

Python-Markdown nests only by four. Where a page has a list line that is
indented otherwise, the indentation of its lists is rewritten to four spaces a
level; a page that nests by four throughout is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .on_demand import CONTAINER
from .raw_html import raw_end

_ITEM = re.compile(r"(?P<indent> *)(?P<marker>[-*+]|\d{1,9}\.)(?P<space> +)(?=\S)")
_CONTAINER = re.compile(rf" {{0,3}}(?:!!!|{CONTAINER}|: |\[\^[^\]]+\]:)")
_INNER_CONTAINER = re.compile(rf" *(?:!!!|{CONTAINER})")
_UNUSUAL = re.compile(r"(?: {4})* {1,3}\S")
_RULE = re.compile(r" *(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")


@dataclass
class _Item:
    """
    An open list item.

    Attributes:

        indent: The column of its marker.

        inside: The column at which the lines of its content begin, once one has been seen.
    """

    indent: int
    inside: int | None = None


def normalise_lists(lines: list[str]) -> list[str]:
    """Return the lines with every list nested by four spaces."""
    if not any(_UNUSUAL.match(line) for line in lines):
        return lines
    output: list[str] = []
    open_items: list[_Item] = []
    after_blank = True
    raw = 0
    for position, line in enumerate(lines):
        if position < raw:
            output.append(line)
            continue
        if not line.strip():
            output.append(line)
            after_blank = True
            continue
        indent = len(line) - len(line.lstrip(" "))
        item = _ITEM.match(line)
        if item and (_RULE.match(line) or (not open_items and indent > 3)):
            item = None
        if item or indent or after_blank:
            while open_items and indent < open_items[-1].indent + 2:
                open_items.pop()
        if not (indent and open_items):
            raw = raw_end(lines, position)
        if position < raw or (item is None and not open_items):
            output.append(line)
        elif item is None and not indent:
            output.append(line)  # a lazy continuation
        else:
            output.append(_placed(line, indent, open_items, item is not None))
        if item:
            open_items.append(_Item(indent))
        elif not open_items and _CONTAINER.match(line):
            # An admonition, a definition or a footnote holds what four spaces indent.
            open_items.append(_Item(indent=2, inside=4))
        elif open_items and _INNER_CONTAINER.match(line):
            open_items.append(_Item(indent=indent + 2, inside=indent + 4))
        after_blank = False
    return output


def _placed(line: str, indent: int, open_items: list[_Item], is_item: bool) -> str:
    """Return *line* at the column that Python-Markdown expects."""
    level = 4 * len(open_items)
    if is_item or not open_items:
        return " " * level + line.lstrip(" ")
    holder = open_items[-1]
    if holder.inside is None:
        holder.inside = min(indent, holder.indent + 4)
    return " " * (level + max(0, indent - holder.inside)) + line.lstrip(" ")
