"""
Blocks that fold, which look like admonitions.

    ??? note "More"
        Shown when a reader opens it.

Stage: block processor, registered as `details` at 105.1 by `on_demand.py`.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree

from pymdownx.details import DetailsProcessor


class FoldedProcessor(DetailsProcessor):  # type: ignore[misc]  # pymdownx carries no types
    """Give each block the classes of an admonition of its kind."""

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        """Append a block, or what else belongs to the last one."""
        super().run(parent, blocks)
        made = self.lastChild(parent)
        if made is not None and made.tag == "details" and "folded" not in made.get("class", ""):
            made.set("class", f"admonition folded {made.get('class', '')}".strip())
