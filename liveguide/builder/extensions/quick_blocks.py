"""
Block processors, asked only about blocks that they can take.

Python-Markdown asks each of its block processors, 20 with ours, about every block of a page, which
is a tenth of a build. But no list is without a line that begins with its marker, and most blocks
are plain paragraphs. What comes out is the same.

Stage: takes the place of the parser's loop over its processors.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import (
    BlockQuoteProcessor,
    CodeBlockProcessor,
    HashHeaderProcessor,
    HRProcessor,
    ListIndentProcessor,
    OListProcessor,
    ReferenceProcessor,
    SetextHeaderProcessor,
    UListProcessor,
)
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrBlockprocessor
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.extensions.def_list import DefListIndentProcessor, DefListProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.extensions.md_in_html import MarkdownInHtmlProcessor
from markdown.extensions.sane_lists import SaneOListProcessor, SaneUListProcessor
from markdown.extensions.tables import TableProcessor
from markdown.util import STX

from .tables import ScrollingTableProcessor

_INDENTED, _PIPE = " ", "|"

# By the class itself: one that is derived may take other blocks.
SIGNS: dict[type, str] = {
    MarkdownInHtmlProcessor: STX,
    AdmonitionProcessor: rf"!{_INDENTED}",
    ListIndentProcessor: _INDENTED,
    DefListIndentProcessor: _INDENTED,
    CodeBlockProcessor: _INDENTED,
    TableProcessor: _PIPE,
    ScrollingTableProcessor: _PIPE,
    HashHeaderProcessor: "#",
    SetextHeaderProcessor: "=-",
    HRProcessor: "_*-",
    OListProcessor: r"\d",
    SaneOListProcessor: r"\d",
    UListProcessor: "*+-",
    SaneUListProcessor: "*+-",
    DefListProcessor: ":",
    BlockQuoteProcessor: ">",
    FootnoteBlockProcessor: r"\[",
    AbbrBlockprocessor: "*",
    ReferenceProcessor: r"\[",
}
"""
The characters of which one must begin a line of any block that a processor takes, as a set of `re`.

Up to three spaces may stand before it. A space stands for a block that is indented by four, and a
pipe for one anywhere in it. Other processors are asked about all blocks.
"""

_AT_LINE_BEGIN = re.compile(rf"\n {{0,3}}([{STX}!#=_*+:>\d\[-])")


class QuickBlocks:
    """
    The loop of a parser over its block processors.

    Args:

        parser: The parser.
    """

    def __init__(self, parser: BlockParser) -> None:
        self._parser = parser
        self._processors: tuple[Any, ...] = ()
        self._able: dict[frozenset[str], list[int]] = {}

    def parse(self, parent: Element, blocks: list[str]) -> None:
        """Do what `BlockParser.parseBlocks` does: append elements to *parent*; empty *blocks*."""
        processors = tuple(self._parser.blockprocessors)
        if processors != self._processors:  # a page's own syntax, turned on or off
            self._processors, self._able = processors, {}
        first = 0
        while blocks:
            block = blocks[0]
            for index in self._that_can_take(block):
                processor = processors[index]
                if index < first or not processor.test(parent, block):
                    continue
                if processor.run(parent, blocks) is not False:
                    first = 0
                    break
                if blocks[0] is not block:  # the others are to be asked about what it left
                    first = index + 1
                    break
            else:
                first = 0

    def _that_can_take(self, block: str) -> list[int]:
        """Return the places of the processors that may take a block."""
        found = _AT_LINE_BEGIN.findall("\n" + block)
        if block.startswith("    "):
            found.append(_INDENTED)
        if _PIPE in block:
            found.append(_PIPE)
        present = frozenset[str](found)
        able = self._able.get(present)
        if able is None:
            able = [
                index
                for index, processor in enumerate(self._processors)
                if (signs := SIGNS.get(type(processor))) is None
                or any(re.match(f"[{signs}]", sign) for sign in present)
            ]
            self._able[present] = able
        return able


class QuickBlocksExtension(Extension):
    """Takes over the parser's loop; which processors there are may change at any time."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Replace the loop of this one parser."""
        parser: Any = md.parser  # only this one: the class is Markdown's, and others use it
        parser.parseBlocks = QuickBlocks(parser).parse
