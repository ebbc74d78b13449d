"""`sitemap.xml`: the address of every page, and when it last changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

OUTPUT = "sitemap.xml"


def sitemap(pages: Iterable[tuple[str, datetime | None]]) -> str:
    """
    Return the map of a site.

    Args:

        pages: The address of each page, in full, and when it last changed, if that is known.
    """
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines.append('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    for address, changed in pages:
        date = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(address)}</loc>{date}</url>")
    return "\n".join([*lines, "</urlset>\n"])
