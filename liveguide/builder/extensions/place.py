"""
Note which piece of a page is being converted, so that a page that is given up says where.

Stage: a block processor that is asked about each block first and takes none.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension

from .page import CurrentPage

_DEEPEST = 100
"""How many lists, items and quotes may stand in one another; lists count twice."""


class PlaceProcessor(BlockProcessor):
    """Notes the block at hand, and ends a page that is nested too deeply before it takes long."""

    def __init__(self, md: Markdown, current: CurrentPage) -> None:
        super().__init__(md.parser)
        self._current = current

    def test(self, parent: Element, block: str) -> bool:
        """
        Take no block.

        Raises:

            RecursionError: It stands in too many others.
        """
        self._current.state.converting = block
        if len(self.parser.state) > _DEEPEST:
            raise RecursionError
        return False


class PlaceExtension(Extension):
    """Notes places for the page that *current* names."""

    def __init__(self, current: CurrentPage) -> None:
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Register before all other block processors."""
        md.parser.blockprocessors.register(PlaceProcessor(md, self.current), "place", 1000)
