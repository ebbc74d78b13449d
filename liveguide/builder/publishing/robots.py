"""`robots.txt`: everything may be read, and here is the list of it."""

from __future__ import annotations

OUTPUT = "robots.txt"


def robots(site_url: str) -> str:
    """Return what crawlers are told."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {site_url}sitemap.xml\n"
