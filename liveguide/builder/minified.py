"""
Scripts and stylesheets as readers load them: small.

The library is a compiled one that has no wheel for every platform. Where it is missing, the
texts stay as they are, some 15 % larger; nothing else changes.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["text/css", "application/javascript"]
Made = dict[tuple[Kind, str], str]

made: Made = {}
"""What was made in this process, or for it, of which text."""

# The library leaves the blocks of `@container` as they are. Strings are found first, and stay.
_SPACES = re.compile(
    r""""[^"]*"|'[^']*'|\s*;?\s*(?P<end>})\s*|\s*(?P<sign>[{;,])\s*|(?<=[\w-])(?P<colon>:)\s+"""
)


def minified(kind: Kind, text: str) -> str:
    """Return *text*, a whole script or stylesheet, written shorter."""
    if (kind, text) not in made:
        made[kind, text] = _minified(kind, text)
    return made[kind, text]


def _minified(kind: Kind, text: str) -> str:
    try:
        import minify  # few builds need it: what it has made is kept
    except ImportError:  # some systems have no wheel of it
        return text
    short = str(minify.string(kind, text))
    return _SPACES.sub(_without_spaces, short) if kind == "text/css" else short


def _without_spaces(found: re.Match[str]) -> str:
    return found[found.lastgroup] if found.lastgroup else found[0]
