"""Which requests are the site's own."""

from __future__ import annotations

import pytest

from liveguide.checker.visit import same_host


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("http://localhost:8888/a.js", "http://localhost:8888/"),
        ("ws://localhost:8888/echo", "http://localhost:8888/"),
        ("wss://example.org/echo", "https://example.org:443/docs/"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_the_same_host_and_port_is_the_site(url: str, site: str) -> None:
    """Sockets count as well, and a port may be left out where it is the usual one."""
    assert same_host(url, site)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8889/",
        "http://localhost/",
        "http://example.org:8888/",
        "data:text/html,x",
        "http://[broken",
        "http://localhost:port/",
    ],
)
def test_another_host_or_port_is_not(url: str) -> None:
    """Addresses without a host, and those that can't be read, are nobody's."""
    assert not same_host(url, "http://localhost:8888/")
