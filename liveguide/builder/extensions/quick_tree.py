"""
What Python-Markdown asks of every element and every text of a page, answered sooner.

It looks each element's name up in a list, three times, and each text for escaped signs that few
have, which together is a twentieth of a build. What comes out is the same.

Stage: takes the place of the tree processor `unescape`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import UnescapeTreeprocessor
from markdown.util import STX

_NAMES_KEPT = 1024  # of elements; more than HTML has


class QuickUnescapeTreeprocessor(UnescapeTreeprocessor):
    """Markdown's own, but for texts without what it looks for."""

    def unescape(self, text: str) -> str:
        """Return a text with the signs that were escaped in it."""
        return super().unescape(text) if STX in text else text


class QuickTreeExtension(Extension):
    """Must come after all extensions that tell Markdown of elements that are blocks."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Replace the tree processor, and the method that looks names up."""
        md.treeprocessors.register(QuickUnescapeTreeprocessor(md), "unescape", 0)
        quick: Any = md
        quick.is_block_level = lru_cache(_NAMES_KEPT)(md.is_block_level)
