"""
The stylesheets of a site: one file for each combination of parts that some page needs.

In `frontend/styles/` every concern is a file of its own, in a cascade layer of its own. A page
links one file: what every page needs, and of the rest what is on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .minified import minified

CORE = ("props", "base", "layout", "search-trigger", "content")
"""The parts that every page needs, in the order of their layers."""

# Each begins with a text, which is looked for much faster than several at once.
NEEDED = {
    "code": (r'class="highlight"',),
    "lines": (r'class="line\b',),
    "tables": (r'<div class="table-scroll">',),
    "notes": (r'class="(?:admonition|footnote)',),
    "cards": (r'class="[^"]*\bcards\b',),
    "programs": (r'class="program"',),
    "extras": (
        r'class="(?:tabbed-set|admonition folded|keys|task-list|picture|annotation|footnote-ref)',
        r"<mark>",
        r'<(?:ins|del) class="line',
    ),
    "live": (r"<live-(?:snippet|example|features)\b",),
    "examples": (r'class="example"',),
    "features": (r"<live-features\b",),
}
"""What in a page's HTML needs which part, in the order in which they are joined; with `code`
come the colours of its tokens."""

SOURCE_VIEW = ("code", "lines", "source")
"""The parts of the pages that show a file's source."""


def parts_of(html: str) -> tuple[str, ...]:
    """Return the optional parts that a page with this content needs."""
    return tuple(
        part for part, needed in NEEDED.items() if any(re.search(one, html) for one in needed)
    )


def stylesheet_name(parts: Iterable[str]) -> str:
    """Return the path, below the site's own folder, of the stylesheet with these optional parts."""
    return f"styles/{'-'.join(['page', *parts])}.css"


def join_styles(folder: Path, parts: Iterable[str], own: str = "") -> str:
    """
    Return one stylesheet.

    Args:

        folder: The folder of the parts.

        parts: The optional parts that it has.

        own: The site's own rules, which come last.
    """
    texts = [*(_part(folder, name) for name in (*CORE, *parts)), own]
    return "".join(minified("text/css", text) for text in texts)  # each once for all sheets


def _part(folder: Path, name: str) -> str:
    colours = ""
    if name == "code":
        from .highlighting import stylesheet

        colours = stylesheet()
    return colours + (folder / f"{name}.css").read_text(encoding="utf-8")
