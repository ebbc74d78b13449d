"""The lines of highlighted code, each in an element of its own. Knows nothing of Pygments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

Change = Literal["ins", "del", "out"]
"""What a line of code is, if not just code: new, gone, or printed by the command above it."""

_NOTHING: Mapping[int, Any] = MappingProxyType({})


def number_lines(
    html: str,
    first: int | None,
    highlighted: Iterable[int] = (),
    anchors: bool = False,
    changes: Mapping[int, Change] = _NOTHING,
    ends: Mapping[int, str] = _NOTHING,
) -> str:
    """
    Wrap each line of highlighted code, whose spans never cross a line end, in its own element.

    Args:

        html: The highlighted code.

        first: The number of its first line, or `None` for lines without numbers.

        highlighted: The lines to stress, counted from 1.

        anchors: Give each line the id `L` and its number, to link to.

        changes: The lines that are new, gone, or what a command printed.

        ends: HTML to stand at the end of a line.
    """
    stressed = set(highlighted)
    lines = []
    for count, line in enumerate(html.split("\n"), 1):
        change = changes.get(count)
        name = change if change in ("ins", "del") else "span"
        classes = "line hll" if count in stressed else "line"
        attributes = f' class="{classes} out"' if change == "out" else f' class="{classes}"'
        if first is not None:
            number = first + count - 1
            attributes += f' data-line="{number}"' + (f' id="L{number}"' if anchors else "")
        lines.append(f"<{name}{attributes}>{line}{ends.get(count, '')}</{name}>")
    return "\n".join(lines)


def printed_lines(html: str) -> list[int]:
    """Return the lines of a highlighted session that a command printed, counted from 1."""
    if 'class="gp"' not in html:
        return []
    printed, typed, goes_on = [], False, False
    for count, line in enumerate(html.split("\n"), 1):
        typed = 'class="gp"' in line or (typed and goes_on)
        goes_on = re.sub(r"<[^>]*>", "", line).rstrip().endswith("\\")
        if not typed:
            printed.append(count)
    return printed
