"""
Task lists, whose boxes have a name.

    - [x] done
    - [ ] to be done

Stage: tree processor, registered as `task-list` at 25 by `on_demand.py`.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from html import escape
from typing import TYPE_CHECKING

from pymdownx.tasklist import TasklistTreeprocessor

from .page import CurrentPage

if TYPE_CHECKING:
    from markdown import Markdown


class TasksProcessor(TasklistTreeprocessor):  # type: ignore[misc]  # pymdownx carries no types
    """Say of each box what it means: without a label, screen readers call all of them the same."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current
        self.config = {"custom_checkbox": False, "clickable_checkbox": False}

    def run(self, root: etree.Element) -> etree.Element:
        """Put a box before each task."""
        before = len(self.md.htmlStash.rawHtmlBlocks)
        super().run(root)
        say, stash = self.current.state.say, self.md.htmlStash.rawHtmlBlocks
        for index in range(before, len(stash)):
            label = say("Done") if " checked" in stash[index] else say("To do")
            labelled = f'<input aria-label="{escape(label)}" '
            stash[index] = stash[index].replace("<input ", labelled, 1)
        return root
