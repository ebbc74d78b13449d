"""
Task lists, whose boxes have a name.

    - [x] done
    - [ ] to be done

Stage: tree processor, registered as `task-list` at 25 by `on_demand.py`.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import TYPE_CHECKING

from pymdownx.tasklist import TasklistTreeprocessor

if TYPE_CHECKING:
    from markdown import Markdown


class TasksProcessor(TasklistTreeprocessor):  # type: ignore[misc]
    """Say of each box what it means: without a label, screen readers call all of them the same."""

    def __init__(self, md: Markdown):
        super().__init__(md)
        self.config = {"custom_checkbox": False, "clickable_checkbox": False}

    def run(self, root: etree.Element) -> etree.Element:
        """Put a box before each task."""
        before = len(self.md.htmlStash.rawHtmlBlocks)
        super().run(root)
        stash = self.md.htmlStash.rawHtmlBlocks
        for index in range(before, len(stash)):
            label = "Done" if " checked" in stash[index] else "To do"
            stash[index] = stash[index].replace("<input ", f'<input aria-label="{label}" ', 1)
        return root
