"""
Scripts and stylesheets as readers load them: small.

The library is a compiled one that has no wheel for every platform. Where it is missing, the
texts stay as they are, some 15 % larger; nothing else changes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

# The library leaves the blocks of `@container` as they are. Strings are found first, and stay.
_SPACES = re.compile(
    r""""[^"]*"|'[^']*'|\s*;?\s*(?P<end>})\s*|\s*(?P<sign>[{;,])\s*|(?<=[\w-])(?P<colon>:)\s+"""
)


@cache
def minified(kind: Literal["text/css", "application/javascript"], text: str) -> str:
    """Return *text*, a whole script or stylesheet, written shorter."""
    try:
        import minify  # few builds need it: what it has made is kept
    except ImportError:  # pragma: no cover
        return text
    made = str(minify.string(kind, text))
    return _SPACES.sub(_without_spaces, made) if kind == "text/css" else made


def _without_spaces(found: re.Match[str]) -> str:
    return found[found.lastgroup] if found.lastgroup else found[0]
