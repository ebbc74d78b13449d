"""Where readers edit a page: the address of its source at the repository's host."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from ..settings import Settings

_HOSTS = {
    "github.com": "/edit/{branch}/",
    "gitlab.com": "/-/edit/{branch}/",
    "codeberg.org": "/_edit/{branch}/",
    "bitbucket.org": "/src/{branch}/",
}


def edit_address(uri: str, guide: str, settings: Settings) -> str:
    """
    Return where the page at *uri* is edited; empty where neither the settings nor the host tell.

    Args:

        uri: The page, relative to the guide folder.

        guide: The name of the guide folder, which is taken to be at the repository's top.

        settings: The settings of the site.
    """
    pattern = settings.edit
    if not pattern and settings.repository:
        host = _HOSTS.get(urlsplit(settings.repository).netloc.lower())
        pattern = settings.repository.rstrip("/") + host + quote(guide) + "/{path}" if host else ""
    return pattern.replace("{branch}", quote(settings.branch)).replace("{path}", quote(uri))
