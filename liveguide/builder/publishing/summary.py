"""What a page is about, in one or two lines, for those who only look at its address."""

from __future__ import annotations

import re
from html import unescape

LONGEST = 155
"""How many characters search engines show."""

_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_NOTE = re.compile(r"<sup\b.*?</sup>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def summary_of(html: str) -> str:
    """Return the text of the first paragraph of a page's content that has any, cut at a word."""
    for paragraph in _PARAGRAPH.finditer(html):
        text = " ".join(unescape(_TAG.sub("", _NOTE.sub("", paragraph[1]))).split())
        if text:
            return cut(text)
    return ""


def cut(text: str, longest: int = LONGEST) -> str:
    """Return *text* at most so long, with an ellipsis after the last word that fits."""
    if len(text) <= longest:
        return text
    kept, space, _ = text[:longest].rpartition(" ")
    return (kept if space else text[: longest - 1]).rstrip(
        " ,;:.-\N{EN DASH}"
    ) + "\N{HORIZONTAL ELLIPSIS}"
