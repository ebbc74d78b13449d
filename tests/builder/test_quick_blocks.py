"""Block processors are asked only about blocks that they can take, and nothing else changes."""

from __future__ import annotations

import random
import re
from typing import Any
from xml.etree.ElementTree import Element

import markdown
from markdown.blockprocessors import BlockProcessor

from liveguide.builder.extensions.quick_blocks import SIGNS, QuickBlocksExtension

EXTENSIONS: list[Any] = [
    *("footnotes", "abbr", "admonition", "def_list", "tables", "md_in_html", "sane_lists"),
    *("pymdownx.tabbed", "attr_list"),
]
PIECES = [
    *(
        "#",
        "##",
        "=",
        "===",
        "-",
        "---",
        "_",
        "* ",
        "+ ",
        "- ",
        "1. ",
        "2.",
        "> ",
        ": ",
        "!!! note",
    ),
    *("[^1]: ", "[^1]", "*[ab]: ", "[a]: b", "|", "a|b", "-|-", "<div markdown='1'>", "</div>"),
    *('=== "Tab"', "    ", "   ", " ", "\n", "\n", "\n\n", "\n\n", "a", "b", "٣. ", "\\", "`"),
]


def test_random_text_becomes_the_same_html() -> None:
    """What Markdown makes of any mixture of blocks, it makes here."""
    plain = markdown.Markdown(extensions=EXTENSIONS)
    quick = markdown.Markdown(extensions=[*EXTENSIONS, QuickBlocksExtension()])
    rng = random.Random(5)

    for _ in range(1500):
        text = "".join(rng.choices(PIECES, k=rng.randint(1, 25)))
        assert quick.reset().convert(text) == plain.reset().convert(text), repr(text)


def test_every_processor_with_signs_is_in_use() -> None:
    """A name that Markdown no longer has, or that stands for another class, is noticed."""
    plain = markdown.Markdown(extensions=[*EXTENSIONS[:-3], "def_list"])
    sane = markdown.Markdown(extensions=EXTENSIONS)
    used = {type(one) for md in (plain, sane) for one in md.parser.blockprocessors}

    assert {kind.__name__ for kind in SIGNS.keys() - used} == {"ScrollingTableProcessor"}


def test_a_processor_without_signs_is_asked_about_each_block() -> None:
    """An extension's own processor sees all that Markdown's loop would show it."""

    class Listening(BlockProcessor):
        def test(self, parent: Element, block: str) -> bool:
            asked.append(block)
            return False

    md = markdown.Markdown(extensions=[QuickBlocksExtension()])
    md.parser.blockprocessors.register(Listening(md.parser), "listening", 1000)
    asked: list[str] = []

    md.convert("One.\n\n# Two\n\n    three")

    assert asked[:3] == ["One.", "# Two", "    three"]


def test_what_a_processor_leaves_is_shown_to_those_that_can_take_it() -> None:
    """A processor that declines after it has changed the block has the others asked again."""

    class Quoting(BlockProcessor):
        def test(self, parent: Element, block: str) -> bool:
            return block == "word" and parent.tag == "div"

        def run(self, parent: Element, blocks: list[str]) -> bool:
            blocks[0] = f"> {blocks[0]}"
            return False

    md = markdown.Markdown(extensions=[QuickBlocksExtension()])
    md.parser.blockprocessors.register(Quoting(md.parser), "quoting", 1000)

    html = md.convert("word")

    assert re.sub(r"\s", "", html) == "<blockquote><p>word</p></blockquote>"
