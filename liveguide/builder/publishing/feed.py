"""
`feed.xml`: what changed in the guide, as an Atom feed (RFC 4287).

Each commit that touched pages is an entry. Its id is made of the commit's hash,
so that no build shows a reader of feeds the same change again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from ..history import Change, History

OUTPUT = "feed.xml"

MOST_ENTRIES = 30
"""How many changes the feed has, the newest."""

_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def feed(
    title: str, author: str, site_url: str, pages: Mapping[str, tuple[str, str]], history: History
) -> str:
    """
    Return the feed; empty where git knows of no change to any page.

    Args:

        title: The site's name.

        author: Who writes it.

        site_url: Its public address.

        pages: The title and the address, relative to the site's top, of each page, by its uri.

        history: What git knows of the guide.
    """
    touched = [change for change in history.changes() if any(uri in pages for uri in change.uris)]
    if not touched:
        return ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_text(title)}</title>",
        f"<id>{_text(site_url)}</id>",
        f"<updated>{max(change.date for change in touched).isoformat()}</updated>",
        f"<author><name>{_text(author)}</name></author>",
        f'<link href="{escape(site_url)}"/>',
        f'<link rel="self" type="application/atom+xml" href="{escape(site_url + OUTPUT)}"/>',
    ]
    for change in touched[:MOST_ENTRIES]:
        lines += _entry(change, site_url, pages)
    return "\n".join([*lines, "</feed>\n"])


def _entry(change: Change, site_url: str, pages: Mapping[str, tuple[str, str]]) -> list[str]:
    changed = sorted(pages[uri] for uri in change.uris if uri in pages)
    first = changed[0]
    title = f"{first[0]}: {change.subject}" if len(changed) == 1 else change.subject
    links = "".join(
        f'<li><a href="{escape(site_url + url)}">{escape(name)}</a></li>' for name, url in changed
    )
    # RFC 4151: the host, a day on which it was ours, and a name of our own.
    host, day = urlsplit(site_url).hostname, change.date.date().isoformat()
    return [
        "<entry>",
        f"<title>{_text(title)}</title>",
        f"<id>tag:{host},{day}:{change.id}</id>",
        f"<updated>{change.date.isoformat()}</updated>",
        f'<link href="{escape(site_url + first[1])}"/>',
        f'<content type="html">{_text(f"<ul>{links}</ul>")}</content>',
        "</entry>",
    ]


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text), quote=False)
