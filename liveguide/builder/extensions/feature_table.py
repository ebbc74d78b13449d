"""
The `::: features source=ID` block: a table of what the guide shows of one source.

    ::: features source=gramex

What a feature is stands in `features.yaml`. Which page shows it, and in which
snippet, is known only when every page is rendered: the block leaves a comment
in each of those cells, and `fill_tables` replaces it. The results are for the
reader's browser to find out, by `live-features.js`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from ...errors import did_you_mean
from ..features import Feature, Features
from ..sources import FEATURES_FILE, relative_url
from .page import Block, PageState, Shown

if TYPE_CHECKING:
    from markdown.util import HtmlStash

_COLUMNS = ("Feature", "Page", "Snippet", "Test", "Result")
_APOSTROPHE = re.compile(r"_(s|t)(?=_|$)")  # the_reader_s_page, can_t
_CELL = re.compile(r"<!--feature-(?P<what>pages|snippets):(?P<id>[a-z0-9-]+)-->")


class Showing(NamedTuple):
    """
    One place that shows a feature.

    Attributes:

        title: The title of the page.

        url: Its address, relative to the site's root.

        shown: The snippet, program or example on it.
    """

    title: str
    url: str
    shown: Shown


def add_table(parent: etree.Element, block: Block, page: PageState, stash: HtmlStash) -> None:
    """Append the table of a block to *parent*; report what speaks against it."""
    source = block.attributes.get("source") or ""
    problem = _problem(source, block, page.features)
    if problem:
        page.report(block.line, problem)
    if page.features is None or source not in page.features.sources:
        return
    page.tables.append(source)
    given = page.features.sources[source]
    element = etree.SubElement(parent, "live-features")
    table = etree.SubElement(element, "table", {"class": "features"})
    caption = etree.SubElement(table, "caption")
    caption.text = "What this guide shows of "
    link = etree.SubElement(caption, "a", {"href": given.href})
    link.text = given.title
    head = etree.SubElement(etree.SubElement(table, "thead"), "tr")
    for name in _COLUMNS:
        etree.SubElement(head, "th", {"scope": "col"}).text = name
    body = etree.SubElement(table, "tbody")
    for feature in page.features.of(source):
        row = etree.SubElement(body, "tr", {"data-feature": feature.id})
        etree.SubElement(row, "th", {"scope": "row"}).text = feature.text
        for what in ("pages", "snippets"):
            cell = etree.SubElement(row, "td")
            cell.text = stash.store(f"<!--feature-{what}:{feature.id}-->")
        _tests(etree.SubElement(row, "td", {"class": "feature-test"}), feature)
        result = etree.SubElement(row, "td", {"class": "feature-result"})
        etree.SubElement(result, "span", {"role": "status"}).text = "not tried yet"


def _tests(cell: etree.Element, feature: Feature) -> None:
    """Name the tests that hold a feature: their names are sentences."""
    if not feature.tests:
        cell.text = "the check of its page"
    for number, test in enumerate(feature.tests):
        if number:
            etree.SubElement(cell, "br")
        words = _APOSTROPHE.sub(r"'\1", test.rpartition("::test_")[2]).replace("_", " ")
        etree.SubElement(cell, "span", {"title": test}).text = words


def _problem(source: str, block: Block, features: Features | None) -> str:
    """Return what is wrong with a block, or an empty string."""
    if features is None:
        return f"the guide has no {FEATURES_FILE} to make this table of; add one at its top"
    if any(line.strip() for line in block.lines):
        return "a 'features' block has no content; leave a blank line below it"
    if source not in features.sources and features.complete:
        hint = did_you_mean(source, features.sources) or f"; add it to {FEATURES_FILE}"
        return f"there is no source {source!r}{hint}"
    if not features.of(source) and features.complete:
        return f"the source {source!r} has no features; add some to {FEATURES_FILE}"
    return ""


def fill_tables(html: str, url: str, showings: Callable[[str], list[Showing]]) -> str:
    """
    Return a page's HTML with the cells of its tables filled.

    Args:

        html: The HTML, in which the block has left its comments.

        url: The page's address, relative to the site's root.

        showings: Finds all that shows a feature, by its id.
    """

    def cell(found: re.Match[str]) -> str:
        places = showings(found["id"])
        if found["what"] == "pages":
            lines = [
                f'<a href="{escape(relative_url(one.url, url))}">{escape(one.title)}</a>'
                for one in places
            ]
        else:
            lines = [_link(one, url) for one in places]
        return "<br>".join(dict.fromkeys(lines))

    return _CELL.sub(cell, html)


def _link(one: Showing, url: str) -> str:
    shown = one.shown
    demo = f' data-demo="{escape(relative_url(shown.demo, url))}"' if shown.demo else ""
    href = escape(f"{relative_url(one.url, url)}#{shown.id}")
    return f'<a href="{href}" data-kind="{shown.kind}"{demo}>{escape(shown.name)}</a>'
