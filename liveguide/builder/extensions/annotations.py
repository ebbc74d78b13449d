"""
Notes on lines of code: `# (1)!` at a line's end, and a numbered list right after the fence.

    ```python
    handler.write_message('hello')  # (1)!
    ```

    1.  Sends one message.

The comment leaves the code; in its place stands a link to the item of the list.
A fence is read long before its list is, so the two meet in the finished tree.

Stage: tree processor, registered as `annotations` at 18, after the text is read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER

from ...words import Say
from ..links import RESOLVED
from .page import Annotated, CurrentPage, PageState

if TYPE_CHECKING:
    from markdown import Markdown

_COMMENT = re.compile(
    r"[ \t]*(?:\#|//|--|;|%|/\*|<!--)[ \t]*(?P<marks>(?:\(\d{1,3}\)![ \t]*)+)(?:\*/|-->)?[ \t]*$",
    re.MULTILINE,
)
_ITEM = re.compile(r"[ \t>]*\d{1,9}\.[ \t]")


def has_marks(code: str) -> bool:
    """Return whether some line of *code* ends with a mark."""
    return ")!" in code and _COMMENT.search(code) is not None


def are_notes(line: str) -> bool:
    """Return whether *line* begins a numbered list."""
    return _ITEM.match(line) is not None


def take_marks(code: str) -> tuple[str, dict[int, list[int]]]:
    """Return code without its marks, and the numbers of each line that has some."""
    marks: dict[int, list[int]] = {}

    def take(found: re.Match[str]) -> str:
        line = code.count("\n", 0, found.start()) + 1
        marks[line] = [int(number) for number in re.findall(r"\d+", found["marks"])]
        return ""

    return _COMMENT.sub(take, code), marks


def links_for(marks: dict[int, list[int]], fence: int, say: Say) -> dict[int, str]:
    """Return the links at the end of each line, to the notes of the page's *fence*-th code."""
    return {
        line: "".join(
            f'<a class="annotation" href="{RESOLVED}#note-{fence}-{number}" '
            f'aria-label="{escape(say("Note {number}", number=number))}" data-note="{number}"></a>'
            for number in numbers
        )
        for line, numbers in marks.items()
    }


class AnnotationsProcessor(Treeprocessor):
    """Give the items of the lists after annotated code the ids that its marks lead to."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current

    def run(self, root: etree.Element) -> None:
        """Find each annotated fence, and the list after it."""
        page = self.current.state
        if not page.annotated:
            return
        waiting = {HTML_PLACEHOLDER % code.place: code for code in page.annotated}
        for parent in root.iter():
            children = list(parent)
            for child, following in pairwise(children):
                code = waiting.get((child.text or "").strip()) if child.tag == "p" else None
                if code is not None and following.tag == "ol":
                    waiting.pop((child.text or "").strip())
                    _name_items(following, code, page)
        for code in waiting.values():
            page.report(code.line, f"{_UNREAD}; write it right below, as indented as the code")


_UNREAD = "the notes on this code, a numbered list, do not stand beside it"


def _name_items(items: etree.Element, code: Annotated, page: PageState) -> None:
    items.set("class", f"{items.get('class', '')} annotations".strip())
    first = int(items.get("start") or 1)
    known = range(first, first + len(items))
    for number, item in zip(known, items, strict=True):
        item.set("id", f"note-{code.number}-{number}")
    for number in sorted(code.marks - set(known)):
        message = f"the mark ({number})! has no note; the list below has {len(items)}"
        page.report(code.line, message, "warning")


class AnnotationsExtension(Extension):
    """Notes on code, for the page that *current* names."""

    def __init__(self, current: CurrentPage):
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `annotations`."""
        md.treeprocessors.register(AnnotationsProcessor(md, self.current), "annotations", 18)
