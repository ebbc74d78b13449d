"""
The stylesheets of a site: one file for each combination of parts that some page needs.

In `frontend/styles/` every concern is a file of its own, in a cascade layer of its own. A page
links one file: what every page needs, and of the rest what is on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from .highlighting import stylesheet
from .minified import minified
from .rendering import RenderedPage

CORE = ("props", "base", "layout", "search-trigger", "content")
"""The parts that every page needs, in the order of their layers."""

OPTIONAL = ("code", "tables", "extras", "live", "examples", "features")
"""The parts that some pages need; the colours of highlighted code, which are made, join `code`."""

_EXTRAS = re.compile(
    r'class="(?:tabbed-set|admonition folded|keys|task-list|picture|annotation|footnote-ref)'
    r'|<mark>|<(?:ins|del) class="line'
)


def parts_of(page: RenderedPage) -> tuple[str, ...]:
    """Return the optional parts that a page needs."""
    needed = {
        "code": 'class="highlight"' in page.html,
        "tables": '<div class="table-scroll">' in page.html,
        "extras": _EXTRAS.search(page.html) is not None,
        "live": bool(page.snippets or page.examples or page.tables),
        "examples": page.examples > 0,
        "features": bool(page.tables),
    }
    return tuple(part for part in OPTIONAL if needed[part])


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
    return minified("text/css", "".join(_part(folder, name) for name in (*CORE, *parts)) + own)


def _part(folder: Path, name: str) -> str:
    colours = stylesheet() if name == "code" else ""
    return colours + (folder / f"{name}.css").read_text(encoding="utf-8")
