"""
Tables that scroll by themselves where they are wider than the page.

A table that is a scroller is no table any more to some screen readers, so an
element around it scrolls.

Stage: block processor, registered as `table` at 75 in place of Markdown's own.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import TYPE_CHECKING

from markdown.extensions.tables import TableExtension, TableProcessor

if TYPE_CHECKING:
    from markdown import Markdown


class ScrollingTableProcessor(TableProcessor):
    """Put each table into an element that scrolls."""

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        """Append a table, within its scroller, to *parent*."""
        super().run(parent, blocks)
        table = parent[-1]
        parent[-1] = etree.Element("div", {"class": "table-scroll"})
        parent[-1].append(table)


class ScrollingTablesExtension(TableExtension):
    """Markdown's tables, within scrollers."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `table`."""
        super().extendMarkdown(md)
        processor = ScrollingTableProcessor(md.parser, self.getConfigs())
        md.parser.blockprocessors.register(processor, "table", 75)
