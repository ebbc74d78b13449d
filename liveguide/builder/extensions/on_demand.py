"""
Syntax that few pages use: tabs, blocks that fold, keys, deleted and marked text, task lists.

    === "Python"                        ??? note "More"
        What this tab holds.                Shown when it is opened.

    ++ctrl+k++   ~~deleted~~   ==marked==   - [x] done

pymdown-extensions knows them all. Each of its processors is asked about every
block or every text, so one is loaded, and registered, only for a page whose
prose has its marks: all other pages are rendered as if it did not exist.

Stage: preprocessor, registered as `on_demand` at 28.5, between `fences` (code is
gone, lines still have their numbers) and `blocks`. The processors keep the
priorities of their authors, but stand apart from those that Markdown has at the
same one: which of two goes first must not depend on the pages before this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.util import Registry

from .page import CurrentPage, PageState
from .raw_html import raw_end

if TYPE_CHECKING:
    from markdown import Markdown

_TAB = re.compile(r'(?P<indent> *)===(?:\+|\+!|!\+|!)? +"(?P<title>.*?)" *$')
_FOLDED = re.compile(
    r'(?P<indent> *)\?\?\?\+? ?(?:[\w-]+(?: +[\w-]+)*?)?(?: +"(?P<title>.*?)")? *$'
)
_LIKE_A_TAB = re.compile(r" *===[+!]* +\S")
_LIKE_FOLDED = re.compile(r" *\?\?\?\+?(?: |$)")

_INDENT_IT = "; indent what it holds by four spaces"

CONTAINER = r'\?\?\?\+?(?: |$)|===[+!]* +"'
"""How a line begins that opens a tab or a folded block: what it holds is indented below it."""


@dataclass
class _Syntax:
    """
    One syntax, and the processors that know it.

    Attributes:

        marks: Texts of which prose with this syntax holds at least one.

        load: Imports its extension and registers it.

        places: Where its processors are registered: the registry, the name, the priority.

        processors: They themselves, once they are loaded.
    """

    marks: tuple[str, ...]
    load: Callable[[Markdown], None]
    places: tuple[tuple[str, str, float], ...]
    processors: list[Any] = field(default_factory=list)

    def turn(self, md: Markdown, on: bool) -> None:
        """Have the processors registered, or not."""
        if on and not self.processors:
            self.load(md)
            self.processors = [_registry(md, kind)[name] for kind, name, _ in self.places]
        for (kind, name, priority), processor in zip(self.places, self.processors, strict=False):
            registry = _registry(md, kind)
            if on:
                registry.register(processor, name, priority)
            elif name in registry:
                registry.deregister(name)


def _registry(md: Markdown, kind: str) -> Registry[Any]:
    if kind == "block":
        return md.parser.blockprocessors
    return md.inlinePatterns if kind == "inline" else md.treeprocessors


def _load_tabs(md: Markdown) -> None:
    from pymdownx.tabbed import TabbedExtension

    TabbedExtension().extendMarkdown(md)


def _load_folded(md: Markdown) -> None:
    from .folded import FoldedProcessor

    md.parser.blockprocessors.register(FoldedProcessor(md.parser), "details", 105.1)


def _load_keys(md: Markdown) -> None:
    from pymdownx.keys import KeysExtension

    KeysExtension(strict=True).extendMarkdown(md)


def _load_delimiters(md: Markdown) -> None:
    from pymdownx.mark import MarkExtension
    from pymdownx.tilde import DeleteSubExtension

    DeleteSubExtension(subscript=False, smart_delete=True).extendMarkdown(md)
    MarkExtension(smart_mark=True).extendMarkdown(md)


def _syntaxes(current: CurrentPage) -> list[_Syntax]:
    def load_tasks(md: Markdown) -> None:
        from .tasks import TasksProcessor

        md.treeprocessors.register(TasksProcessor(md, current), "task-list", 25)

    return [
        _Syntax(("===",), _load_tabs, (("block", "tabbed", 105.2),)),
        _Syntax(("???",), _load_folded, (("block", "details", 105.1),)),
        _Syntax(("++",), _load_keys, (("inline", "keys-custom", 185), ("inline", "keys", 69.5))),
        _Syntax(("~~", "=="), _load_delimiters, (("inline", "delimiter", 59.5),)),
        _Syntax(("[ ] ", "[x] ", "[X] "), load_tasks, (("tree", "task-list", 25),)),
    ]


class OnDemandPreprocessor(Preprocessor):
    """Turn on the syntax that a page uses, and report what is only like it."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current
        self._syntaxes = _syntaxes(current)

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines as they are."""
        text = "\n".join(lines)
        for syntax in self._syntaxes:
            syntax.turn(self.md, any(mark in text for mark in syntax.marks))
        if "===" in text or "???" in text:
            _check(lines, self.current.state)
        return lines


def _check(lines: list[str], page: PageState) -> None:
    """Report tabs and folded blocks that are not written as such, and those that hold nothing."""
    raw = 0
    for position, line in enumerate(lines):
        raw = max(raw, raw_end(lines, position)) if position >= raw else raw
        if position < raw or not line.lstrip().startswith(("===", "???")):
            continue
        number = page.line_numbers[position]
        found = _TAB.match(line) or _FOLDED.match(line)
        what = "tab" if "===" in line else "folded block"
        if found is None:
            if _LIKE_A_TAB.match(line):
                page.report(number, f'this is no tab; write === "Title"{_INDENT_IT}', "warning")
            elif _LIKE_FOLDED.match(line):
                message = f'this is no folded block; write ??? note "Title"{_INDENT_IT}'
                page.report(number, message, "warning")
        elif _is_empty(lines, position, len(found["indent"])):
            message = f"this {what} holds nothing{_INDENT_IT}"
            page.report(number, message, "warning")


def _is_empty(lines: list[str], position: int, indent: int) -> bool:
    following = (line for line in lines[position + 1 :] if line.strip())
    first = next(following, "")
    return len(first) - len(first.lstrip(" ")) < indent + 4


class OnDemandExtension(Extension):
    """Rare syntax, for the page that *current* names."""

    def __init__(self, current: CurrentPage):
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `on_demand`; let their marks be escaped, whichever page comes first."""
        md.ESCAPED_CHARS.extend(mark for mark in "~=+" if mark not in md.ESCAPED_CHARS)
        md.preprocessors.register(OnDemandPreprocessor(md, self.current), "on_demand", 28.5)
