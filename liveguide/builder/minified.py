"""
Scripts and stylesheets as readers load them: small.

The library is a compiled one that has no wheel for every platform. Where it is missing, the
texts stay as they are, some 15 % larger; nothing else changes.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

try:
    import minify
except ImportError:  # pragma: no cover
    minify = None


@cache
def minified(kind: Literal["text/css", "application/javascript"], text: str) -> str:
    """Return *text*, a whole script or stylesheet, written shorter."""
    return text if minify is None else str(minify.string(kind, text))
