"""
`:::` blocks: `::: example href=demo.html`, `::: div class="note"`, nested or not.

A block's content is the indented lines that follow, blank lines between them
included, or, where they are not indented, the lines up to the next blank line.
Markdown works inside. No closing fence is needed; a bare `:::` at the end is
allowed, as authors of other tools write one.

Two stages. The preprocessor `blocks` at 28 takes each block out of the lines,
reads its attributes while the line numbers are still known, and leaves a
marker; the block processor `blocks` at 83 turns the marker into elements: after
those that give an indented marker to its list item or definition (90, 85), and
before the one that takes it for code (80).
What an element's name and attributes mean is in `elements.py`, an example card
in `example.py`, the table of `::: features` in `feature_table.py`.
"""

from __future__ import annotations

import re
import textwrap
import xml.etree.ElementTree as etree
from collections.abc import Callable
from typing import TYPE_CHECKING

from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.util import ETX, STX

from ...errors import did_you_mean
from .elements import ELEMENTS, HOLD_NO_PARAGRAPHS, OWN_BLOCKS, check_attributes
from .feature_table import add_table
from .nested_lists import normalise_lists
from .on_demand import CONTAINER
from .options import OptionsError, parse_options
from .page import Block, CurrentPage, PageState
from .raw_html import raw_end

if TYPE_CHECKING:
    from markdown import Markdown
    from markdown.blockparser import BlockParser

_HEADER = re.compile(r"(?P<indent> *):::+[ \t]*(?P<name>[A-Za-z][\w-]*)?(?P<rest>.*)$")
_QUOTED = re.compile(r" *>[ >]*:::+[ \t]*[A-Za-z]")
_MARKER = re.compile(rf"{STX}block:(\d+){ETX}")
_HOLDER = re.compile(rf" *(?:[-*+]|\d{{1,9}}\.|:) |\[\^|!!!|{CONTAINER}")
_DEEPEST = 20

RenderExample = Callable[[Block, PageState], tuple[str, str]]


class BlocksPreprocessor(Preprocessor):
    """Take every `:::` block out of the lines and leave a marker."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a marker for each block."""
        return normalise_lists(self._extract(lines, self.current.state.line_numbers, 0))

    def _extract(self, lines: list[str], numbers: list[int], depth: int) -> list[str]:
        page, output, position = self.current.state, list[str](), 0
        while position < len(lines):
            raw = raw_end(lines, position)
            if raw > position:
                output += lines[position:raw]
                position = raw
                continue
            header = _HEADER.match(lines[position]) if ":::" in lines[position] else None
            if header is None and ":::" in lines[position] and _QUOTED.match(lines[position]):
                message = "a ':::' block can't stand in a quote; write ::: blockquote around it"
                page.report(numbers[position], message)
            indent = len(header["indent"]) if header else 0
            if header is None or (indent >= 4 and _is_code(output)):
                output.append(lines[position])
                position += 1
                continue
            number = numbers[position]
            if depth == _DEEPEST:
                page.report(number, f"blocks are nested more than {_DEEPEST} deep")
                return output
            start = position + 1
            end = _content_end(lines, start, indent)
            position = end
            if position < len(lines) and lines[position].strip() == ":::" and header["name"]:
                position += 1  # a closing fence
            block = self._parse(header, number)
            if block is None:
                continue
            content = textwrap.dedent("\n".join(lines[start:end])).split("\n")
            inner = self._extract(content, numbers[start:end], depth + 1)
            block.lines.extend(self._raw_html(normalise_lists(inner)))
            marker = f"{STX}block:{len(page.blocks)}{ETX}"
            page.blocks.append(block)
            # One blank line on each side: a second one would end the footnote around it.
            if output and output[-1].strip():
                output.append("")
            output.append(header["indent"] + marker)
            if position < len(lines) and lines[position].strip():
                output.append("")
        return output

    def _parse(self, header: re.Match[str], line: int) -> Block | None:
        page, name = self.current.state, header["name"]
        if not name:
            what = header["rest"].strip()
            page.report(
                line,
                f"{what!r} is not a block's name; write ::: div, or ::: example href=demo.html"
                if what
                else "this ':::' closes no block; indent a block's lines instead of closing it",
            )
            return None
        known = (*OWN_BLOCKS, *ELEMENTS)
        if name not in known:
            hint = did_you_mean(name, known) or "; use 'example', 'div' or another HTML element"
            page.report(line, f"there is no block {name!r}{hint}")
            return None
        try:
            attributes = parse_options(header["rest"])
        except OptionsError as error:
            page.report(line, f"in this {name!r} block, {error}")
            return None
        problem = check_attributes(name, attributes)
        if problem:
            page.report(line, problem)
            return None
        return Block(name, attributes, [], line)

    def _raw_html(self, lines: list[str]) -> list[str]:
        """Let Markdown stash the raw HTML of a block's content, as it does that of the page."""
        return list(self.md.preprocessors["html_block"].run(lines))


class BlocksProcessor(BlockProcessor):
    """Turn the marker of a block into elements."""

    def __init__(self, parser: BlockParser, current: CurrentPage, render_example: RenderExample):
        super().__init__(parser)
        self.current = current
        self.render_example = render_example

    def test(self, parent: etree.Element, block: str) -> bool:
        """Return whether *block* is a marker."""
        return block.lstrip().startswith(STX) and _MARKER.search(block) is not None

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        """Append the block's elements to *parent*."""
        marker = _MARKER.search(blocks.pop(0))
        assert marker is not None
        page = self.current.state
        block = page.blocks[int(marker[1])]
        if block.name == "example":
            before, after = self.render_example(block, page)
            self._raw(parent, before)
            self.parser.parseChunk(parent, _text(block))
            self._raw(parent, after)
            return
        if block.name == "features":
            add_table(parent, block, page, self.parser.md.htmlStash)
            return
        attributes = {
            key: key if value is None else value for key, value in block.attributes.items()
        }
        element = etree.SubElement(parent, block.name, attributes)
        self.parser.state.set("block")  # content is no part of a list around it
        self.parser.parseChunk(element, _text(block))
        self.parser.state.reset()
        if block.name in HOLD_NO_PARAGRAPHS and [child.tag for child in element] == ["p"]:
            (paragraph,) = element
            element.text = paragraph.text
            element[:] = list(paragraph)

    def _raw(self, parent: etree.Element, html: str) -> None:
        etree.SubElement(parent, "p").text = self.parser.md.htmlStash.store(html)


def without_unread(html: str, page: PageState) -> str:
    """Return finished HTML without markers; report the blocks that raw HTML has kept from us."""

    def report(found: re.Match[str]) -> str:
        block = page.blocks[int(found[1])]
        message = "this block stands in raw HTML, where no Markdown is read"
        page.report(block.line, f"{message}; write markdown=1 into the tag around it")
        return ""

    return _MARKER.sub(report, html) if STX in html else html


class BlocksExtension(Extension):
    """`:::` blocks, for the page that *current* names."""

    def __init__(self, current: CurrentPage, render_example: RenderExample):
        super().__init__()
        self.current = current
        self.render_example = render_example

    def extendMarkdown(self, md: Markdown) -> None:
        """Register both stages."""
        md.preprocessors.register(BlocksPreprocessor(md, self.current), "blocks", 28)
        processor = BlocksProcessor(md.parser, self.current, self.render_example)
        md.block_level_elements.append("live-features")
        md.parser.blockprocessors.register(processor, "blocks", 83)


def _text(block: Block) -> str:
    return "\n".join(block.lines).strip("\n")


def _content_end(lines: list[str], start: int, indent: int) -> int:
    """Return the position after the content of the block whose header is just before *start*."""
    end = start
    first = next((n for n in range(start, len(lines)) if lines[n].strip()), len(lines))
    if first < len(lines) and _indent(lines[first]) > indent:
        for position in range(first, len(lines)):
            if lines[position].strip():
                if _indent(lines[position]) <= indent:
                    break
                end = position + 1
        return end
    while end < len(lines) and lines[end].strip() and not lines[end].lstrip().startswith(":::"):
        end += 1
    return end


def _is_code(before: list[str]) -> bool:
    """Return whether an indented line after *before* is code: after a blank line, in no list."""
    for line in reversed(before):
        if line.strip() and _indent(line) < 4:
            return _HOLDER.match(line) is None
    return True


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
