"""
Let a heading end its block, as CommonMark does.

Python-Markdown finds a `# heading` in the midst of a block by trying every
processor on the rest of the block again: ten thousand headings without blank
lines take a minute. A blank line after each changes nothing but that.

Stage: preprocessor, registered as `headings` at 19, when fences and raw HTML are gone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

if TYPE_CHECKING:
    from markdown import Markdown

_HEADING = re.compile(r"#{1,6}[^#]")


class HeadingsPreprocessor(Preprocessor):
    """Add a blank line after each heading that has none."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with a blank line after each heading."""
        output = []
        for line in lines:
            output.append(line)
            if line.startswith("#") and _HEADING.match(line):
                output.append("")
        return output


class HeadingsExtension(Extension):
    """Register the preprocessor."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `headings`."""
        md.preprocessors.register(HeadingsPreprocessor(md), "headings", 19)
