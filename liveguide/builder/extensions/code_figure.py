"""One block of code as the page shows it: a figure with its title, its source, and its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from ..code_lines import Change, number_lines, printed_lines
from ..links import RESOLVED
from .pieces import Pieces


@dataclass
class Look:
    """
    How a block of code is shown.

    Attributes:

        title: The text above it.

        source_href: The address of the view of its source.

        source_word: What the link there says.

        first: The number of its first line, or `None` for lines without numbers.

        stressed: The lines to stress, counted from 1.

        inserted: The lines that are new.

        deleted: The lines that are gone.

        wrap: Whether long lines wrap.

        ends: HTML to stand at the end of lines.
    """

    title: str | None = None
    source_href: str | None = None
    source_word: str = ""
    first: int | None = None
    stressed: list[int] = field(default_factory=list)
    inserted: list[int] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    wrap: bool = False
    ends: Mapping[int, str] = field(default_factory=dict)


def code_figure(code: str, language: str, look: Look, pieces: Pieces, kind: str = "code") -> str:
    """
    Return highlighted code as the page shows it.

    Args:

        code: The code.

        language: Its language, as the fence names it.

        look: How it is shown.

        pieces: Those of the page.

        kind: The figure's class.
    """
    html = pieces.recall(("code", language, code), lambda: _highlighted(code, language))
    changes: dict[int, Change] = dict.fromkeys(printed_lines(html), "out")
    changes.update((line, "ins") for line in look.inserted)
    changes.update((line, "del") for line in look.deleted)
    if look.first is not None or look.stressed or look.ends or changes:
        html = number_lines(html, look.first, look.stressed, changes=changes, ends=look.ends)
    caption = ""
    if look.title:
        caption = f"<span>{escape(look.title)}</span>"
        if look.source_href:
            link = f'<a href="{RESOLVED}{look.source_href}">{escape(look.source_word)}</a>'
            caption = f"{caption} {link}"
        caption = f"<figcaption>{caption}</figcaption>"
    name = escape(language or "text")
    wrap = " wrap" if look.wrap else ""
    return (
        f'<figure class="{kind}{wrap}">{caption}'
        f'<div class="highlight" tabindex="0"><pre><code class="language-{name}">'
        f"{html}\n</code></pre></div></figure>"
    )


def _highlighted(code: str, language: str) -> str:
    from ..highlighting import highlight

    return highlight(code, language)
