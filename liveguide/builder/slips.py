"""
Slips of the pen that come out as plain text: notes, keys and kinds of notes that there are not.

Looked for in the finished HTML: what Markdown has understood is gone, and code stands apart.
"""

from __future__ import annotations

import re
from html import unescape

from ..errors import did_you_mean
from .extensions.page import PageState

_APART = re.compile(r"<(pre|code|kbd|script|style|textarea|svg)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NOTE = re.compile(r"\[\^([\w-]+)\]")
_KEYS = re.compile(r"(?<![\w+])\+\+([\w-]+(?:\+[\w-]+)*)\+\+(?![\w+])")
_KIND = re.compile(r'class="admonition (?:folded )?([\w-]+)')
_KINDS = frozenset(
    "abstract attention bug caution danger error example failure hint important info note "
    "question quote seealso success tip warning".split()
)


def report_slips(html: str, page: PageState) -> None:
    """Warn of each on the page whose finished HTML this is."""
    if 'class="admonition ' in html:
        for kind in dict.fromkeys(_KIND.findall(html)):
            hint = "" if kind in _KINDS else did_you_mean(kind, _KINDS)
            if hint:  # others may have a style of the author's own
                _report(page, rf"^ *(?:!!!|\?\?\?\+?) ?{kind}\b", f"no note is a {kind!r}{hint}")
    if "[^" not in html and "++" not in html:
        return
    text = unescape(_TAG.sub("", _APART.sub("", html)))
    for note in dict.fromkeys(_NOTE.findall(text)):
        message = f"there is no note {note!r}; write it as a paragraph that begins with [^{note}]:"
        _report(page, rf"(?<!\\)\[\^{re.escape(note)}\]", message)
    for written in dict.fromkeys(_KEYS.findall(text)):
        _report_keys(written, page)


def _report_keys(written: str, page: PageState) -> None:
    """Warn of keys that no keyboard has; loads the table of keys, which few pages need."""
    from pymdownx.keymap_db import aliases, keymap

    known = {**keymap, **aliases}
    unknown = next((key for key in written.split("+") if key not in known), None)
    if unknown is not None:
        fix = did_you_mean(unknown, known) or f"""; write its name in quotes, ++"{unknown}"++"""
        _report(page, re.escape(f"++{written}++"), f"there is no key {unknown!r}{fix}")


def _report(page: PageState, pattern: str, message: str) -> None:
    found = re.search(pattern, page.body, re.MULTILINE)
    if found:  # else it was escaped, or comes from an included file
        page.report(page.line_at(found.start()), message, "warning")
