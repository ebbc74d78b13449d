"""
What a reader can search: each page's sections, as plain text.

The sections are taken from a page's finished HTML while it is rendered, so that
this is spread over processes too. The browser makes its index of them when a
reader first searches: an index made here would be as large again.

A large site's texts come in several files, of which each page loads the first
at once and the others in the background: its reader searches meanwhile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from ..settings import Settings
from .languages import language_of
from .sources import ASSETS

if TYPE_CHECKING:
    from .rendered import KnownPage, RenderedPage

CHARACTERS_PER_FILE = 400_000
"""How many characters of text one file of the index holds, and at most one page more."""

_HEADING = re.compile(
    r"""<h([1-6])\b(?=[^>]*?\sid="([^"]*)")(?>[^<>"']+|"[^"]*"|'[^']*')*>(.*?)</h\1>""",
    re.DOTALL | re.IGNORECASE,
)

# What stands on every page, or says again what stands elsewhere on this one.
_LEFT_OUT = re.compile(
    r"""<!--.*?-->
      | <(script|style|template|svg)\b.*?</\1\s*>
      | <div\ class="toc">.*?</div>
      | <a\ class="(?:headerlink|footnote-backref)"[^>]*>.*?</a>
      | <sup\ id="fnref[^"]*">.*?</sup>
      | <p\ class="(?:example-links|program-note)">.*?</p>
      | <details\ class="example-(?:frame|phone)">.*?</details>""",
    re.VERBOSE | re.DOTALL,
)
_CODE = re.compile(r"<pre\b[^>]*>((?>[^<]+|<(?!/pre>))*+)</pre>")
_INLINE_TAG = re.compile(
    r"""</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u|var)
        (?:\s(?>[^<>"']+|"[^"]*"|'[^']*')*+)?>""",
    re.VERBOSE,
)
_SPACE_TAG = re.compile(r"<(?:br|img|wbr)\b[^>]*>")
_TAG = re.compile(r"""</?[a-zA-Z](?>[^<>"']+|"[^"]*"|'[^']*')*+>""")
_CODE_TAG = re.compile(r"<[^>]*>")
_FULL_STOPS = ".!?:;,…。\uff01\uff1f\uff1a"
_LINE_ENDS = re.compile(r"\n\s*")
_SPACES = re.compile(r"[ \t]{2,}")


class Section(NamedTuple):
    """
    One section of a page, up to the next heading.

    Attributes:

        id: Its heading's id; empty for what stands above the first heading.

        heading: Its heading, as text.

        text: What it says.

        code: The lines of its code blocks, without indentation.
    """

    id: str
    heading: str
    text: str
    code: str


def sections_of(html: str) -> list[Section]:
    """Return the sections of a page's content; the first is what stands above its headings."""
    html = _LEFT_OUT.sub("", html)
    sections, start, id_, heading = [], 0, "", ""
    for match in _HEADING.finditer(html):
        sections.append(_section(id_, heading, html[start : match.start()]))
        start, id_, heading = match.end(), unescape(match[2]), _text(match[3])
        if match[1] == "1" and len(sections) == 1:
            id_, heading = "", ""  # the page's own title
            sections.pop()
    sections.append(_section(id_, heading, html[start:]))
    return sections


def _section(id_: str, heading: str, html: str) -> Section:
    parts = _CODE.split(html)
    return Section(id_, heading, _text("<pre>".join(parts[::2])), _code(parts[1::2]))


def _text(html: str) -> str:
    """Return the text of *html*, with a dot between blocks and cells that end without a stop."""
    text = ""
    for block in _TAG.split(_SPACE_TAG.sub(" ", _INLINE_TAG.sub("", html))):
        if not block or block.isspace():  # as most are
            continue
        words = " ".join(unescape(block).split())
        if text and words:
            text += " " if text[-1] in _FULL_STOPS else " · "
        text += words
    return text


def _code(blocks: list[str]) -> str:
    if not blocks:
        return ""
    code = _SPACES.sub(" ", unescape(_CODE_TAG.sub("", "\n".join(blocks))))
    return _LINE_ENDS.sub("\n", code.replace(" \n", "\n").replace("\t\n", "\n")).strip()


def search_groups(pages: Iterable[KnownPage]) -> list[list[KnownPage]]:
    """
    Return the pages that are searched, in the groups that make a file each.

    There is one group at least, which is empty if no page is searched.
    """
    groups: list[list[KnownPage]] = [[]]
    size = 0
    for page in sorted((page for page in pages if page.searched), key=lambda page: page.file.url):
        if size >= CHARACTERS_PER_FILE:
            groups.append([])
            size = 0
        groups[-1].append(page)
        size += page.searched
    return groups


def search_output(number: int) -> str:
    """Return the path in the site of a group's file."""
    return f"{ASSETS}/search-{number}.json" if number else f"{ASSETS}/search.json"


def search_file(number: int, entries: Iterable[str], count: int, language: str) -> str:
    """
    Return a file that a browser makes its index of.

    The first is an object: the number of `files`, the site's `language`, and its
    `pages`. Each further one is an array of pages. A page is an array: its address,
    title, description and language (empty if it is the site's), and its sections,
    each an array of id, heading, text and code, without empty ones at the end.

    Args:

        number: The number of the file, from 0.

        entries: Its pages, as `entry_of` returns them.

        count: The number of files.

        language: The site's language.
    """
    pages = f"[{','.join(entries)}]"
    return pages if number else f'{{"files":{count},"language":{_json(language)},"pages":{pages}}}'


def is_searched(page: KnownPage) -> bool:
    """Return whether readers find the page."""
    values = page.front_matter.values
    return values.get("search") is not False and values.get("draft") is not True


def entry_of(page: RenderedPage, settings: Settings) -> str:
    """Return what the search has of a page, as JSON."""
    language = language_of(page.file.uri, page.front_matter, settings)
    own = language if language != settings.language else ""
    sections = [
        _trimmed([section.id, section.heading, section.text, section.code])
        for section in page.sections
    ]
    description = page.front_matter.text("desc")
    return _json([page.file.url, page.title, description, own, sections])


def _trimmed(values: list[str]) -> list[str]:
    while values and not values[-1]:
        values.pop()
    return values


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
