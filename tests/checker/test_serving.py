"""The server of a check: it starts, it stops, and it says why it can't."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from liveguide.builder.site import build_site
from liveguide.checker.serving import serving
from liveguide.errors import UsageError

from .conftest import WriteTree


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as response:
        return str(response.read().decode())


async def test_the_site_is_served_while_it_is_checked(
    write_tree: WriteTree, tmp_path: Path
) -> None:
    """Its address ends with a slash, and nobody answers there afterwards."""
    guide, site = write_tree({"README.md": "# Hello\n"}), tmp_path / "site"
    build_site(guide, site)

    async with serving(guide, site) as (url, _):
        assert url.endswith("/")
        assert "Hello" in _get(url)

    with pytest.raises(urllib.error.URLError):
        _get(url)


async def test_a_server_that_does_not_start_says_why(write_tree: WriteTree, tmp_path: Path) -> None:
    """The message holds the file, the line and the fault, as the server itself wrote them."""
    configuration = "url:\n  a:\n    pattern: '('\n    handler: WebSocketHandler\n"
    guide = write_tree({"README.md": "# Hello\n", "gramex.yaml": configuration})
    site = tmp_path / "site"
    build_site(guide, site)

    with pytest.raises(UsageError, match=r"does not start:\n.*gramex\.yaml:3"):
        async with serving(guide, site):
            pytest.fail("it has started")


async def test_the_servers_log_is_at_hand(write_tree: WriteTree, tmp_path: Path) -> None:
    """What it logged while it served can be told with what failed."""
    guide, site = write_tree({"README.md": "# Hello\n"}), tmp_path / "site"
    build_site(guide, site)

    async with serving(guide, site) as (url, log):
        with pytest.raises(urllib.error.HTTPError):
            _get(url + "missing")

    assert "refused 404 missing '/missing'" in "\n".join(log)
