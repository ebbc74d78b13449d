"""Names that are not the server's (row 2): raw requests, and DNS rebinding in Chromium."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Page
from server.conftest import ECHO, Serve, routes

from liveguide.settings import Settings

from .test_origins import CONNECT, UPGRADE, _page

__all__ = ["_page"]

SETTINGS = Settings(url="https://docs.example.org/guide/", hosts=("*.guide.example",))


@pytest.mark.parametrize(
    "path", ["/", "/echo", "/nowhere", "/_liveguide/trace", "/_liveguide/ready"]
)
@pytest.mark.parametrize("upgrade", [{}, UPGRADE], ids=["page", "socket"])
async def test_a_foreign_name_is_answered_421_before_anything_else(
    serve: Serve, path: str, upgrade: dict[str, str]
) -> None:
    """For pages and sockets, what is there and what is not; the reason is JSON, one line of log."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=SETTINGS, hosts=[])
    named = {**upgrade, "Host": "evil.example", "Connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())

    answer = await served.raw(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())

    head, _, body = answer.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 421 Misdirected Request\r\n")
    assert "Set-Cookie" not in head
    assert json.loads(body) == {
        "error": "this server does not answer to the name 'evil.example'; "
        "its owner can list it under 'hosts'"
    }
    assert served.app.counts.refused == {"host": 1}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://docs.example.org/_liveguide/status.json?a", 200),
        ("HTTPS://docs.example.org:8888/_liveguide/status.json", 200),
        ("http://docs.example.org/nowhere", 404),
        ("http://docs.example.org?a", 200),
        ("http://docs.example.org//evil.example/", 404),
        ("http://evil.example/_liveguide/status.json", 421),
        ("http:///_liveguide/status.json", 421),
        ("http://docs.example.org@evil.example/_liveguide/status.json", 421),
        ("ftp://docs.example.org/_liveguide/status.json", 404),
    ],
)
async def test_an_address_in_full_names_the_host(serve: Serve, target: str, status: int) -> None:
    """Whatever the header says: RFC 9112, section 3.2.2."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=SETTINGS, hosts=[])
    other = "evil.example" if status == 200 else "docs.example.org"

    answer = await served.raw(
        f"GET {target} HTTP/1.1\r\nHost: {other}\r\nConnection: close\r\n\r\n".encode()
    )

    assert int(answer.split()[1]) == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("Host: docs.example.org\r\n", 200),
        ("Host: DOCS.example.org:8888\r\n", 200),
        ("Host: a.guide.example\r\n", 200),
        ("Host: localhost:1\r\n", 200),
        ("Host: 127.0.0.1\r\n", 200),
        ("Host: 192.168.1.7:8888\r\n", 200),
        ("Host: [::1]:8888\r\n", 200),
        ("Host: evil.example\r\n", 421),
        ("Host: docs.example.org.evil.example\r\n", 421),
        ("Host: docs.example.org@evil.example\r\n", 400),
        ("Host: guide.example\r\n", 421),
        ("Host: \r\n", 421),
        ("", 400),
        ("Host: docs.example.org\r\nHost: evil.example\r\n", 400),
        ("Host: docs.example.org\r\nHost: docs.example.org\r\n", 400),
        ("Host: docs.example.org, evil.example\r\n", 400),
        ("Host: a b\r\n", 400),
        ("Host: docs.example.org/evil\r\n", 400),
        ("Host: docs.example.org\r\nX-Forwarded-Host: evil.example\r\n", 200),
        ("Host: evil.example\r\nX-Forwarded-Host: docs.example.org\r\n", 421),
    ],
)
async def test_what_stands_in_host(serve: Serve, host: str, status: int) -> None:
    """The server's names and addresses; 400 where it is missing, doubled, or no host."""
    served = await serve({}, settings=SETTINGS, hosts=[], trusted_proxies=["127.0.0.1"])

    answer = await served.raw(f"GET / HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())

    assert int(answer.split(b" ")[1]) == status


async def test_no_link_is_made_of_the_name(serve: Serve) -> None:
    """A redirect to a folder's page names no host, whatever the request named."""
    served = await serve({}, {"folder/index.html": "<p>Here"}, hosts=[])

    head = await served.head("GET /folder HTTP/1.1\r\nHost: 192.0.2.7:99\r\n\r\n")

    assert head.startswith("HTTP/1.1 30")
    assert "192.0.2.7" not in head


@pytest.mark.browser
async def test_a_page_whose_name_was_rebound_reads_nothing(serve: Serve, page: Page) -> None:
    """A page of evil.example, whose name now leads here, gets 421 for fetches, and no socket."""
    served = await serve(
        {"gramex.yaml": routes(me="open: {function: handler.write_message('me')}")}
    )
    evil = f"evil.example:{served.port}"
    await page.goto(f"http://{evil}/")  # whatever it shows, its scripts would be evil.example's

    assert await page.evaluate("async (url) => (await fetch(url)).status", f"http://{evil}/") == 421
    assert await page.evaluate(CONNECT, f"ws://{evil}/me") == "1006"

    assert set(served.app.counts.refused) == {"host"}
    await page.goto(f"http://127.0.0.1:{served.port}/")
    assert await page.evaluate(CONNECT, f"ws://127.0.0.1:{served.port}/me") == "me"
