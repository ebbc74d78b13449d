"""Connections that the server refuses: a browser hides why, the page knows it from the server."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable

import pytest
import websockets
from playwright.async_api import Page, expect

from .conftest import ServeTree
from .editing import listening
from .panes import BENCH, GRAMEX, lines, rows, show, socket, unfolded

pytestmark = pytest.mark.browser

SNIPPET = "live-snippet"
LOG = "ws.onclose = ws.onerror = console.log"


@pytest.mark.parametrize(
    ("endpoint", "state", "answer"),
    [
        ("members", "refused (401: log in to connect)", "401 Unauthorized"),
        ("nowhere", "refused (404: there is no endpoint at /nowhere)", "404 Not Found"),
        (
            "bench.py.source/",
            "refused (404: there is no endpoint at /bench.py.source/)",
            "404 Not Found",
        ),
    ],
)
async def test_a_refusal_is_shown_with_its_status_and_reason(
    serve_tree: ServeTree, page: Page, endpoint: str, state: str, answer: str
) -> None:
    """The state says why; the wire shows the answer; the console what the browser tells."""
    await show(serve_tree, page, socket(endpoint, LOG))
    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "refused")
    await expect(page.locator(".live-state")).to_have_text(state)
    await expect(lines(page)).to_have_text(['Event "error"', "CloseEvent 1006"])

    await expect(rows(page, "refused")).to_contain_text(f"GET /{endpoint} → {answer}")
    head = await unfolded(rows(page, "refused"))
    await expect(head).to_contain_text(f"HTTP/1.1 {answer}")
    await expect(page.locator(".live-state")).to_have_text(state)  # also after the browser's close


@contextlib.asynccontextmanager
async def _proxy(url: str, change: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """Pass connections on to *url*, with whatever *change* makes of what the browser sends."""
    host, port = url.split("/")[2].split(":")

    async def pump(
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        changed: Callable[[bytes], bytes] = bytes,
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(changed(data))
                await sink.drain()
        sink.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, onward = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, onward, change), pump(upstream, writer))

    async with listening(meet) as own:
        yield f"http://127.0.0.1:{own}/"


async def test_an_origin_that_is_not_listed_is_refused_with_403(
    serve_tree: ServeTree, page: Page
) -> None:
    """Behind a proxy that changes the host, the page is another site's to the endpoint."""
    url = await show(serve_tree, page, socket("others", LOG))
    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "open")

    def change(sent: bytes) -> bytes:
        if not sent.startswith(b"GET /others"):
            return sent
        return re.sub(rb"Host: [\d.:]+", b"Host: inner.localhost", sent)

    async with _proxy(url, change) as proxied:
        await page.goto(proxied)
        await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "refused")
        origin = proxied.rstrip("/")
        await expect(page.locator(".live-state")).to_have_text(
            f"refused (403: the origin '{origin}' may not connect to http://inner.localhost)"
        )

        await expect(rows(page, "refused")).to_contain_text("GET /others → 403 Forbidden")
        await page.goto("about:blank")


async def test_edited_code_is_refused_where_a_login_is_asked_for(
    serve_tree: ServeTree, page: Page
) -> None:
    """It has no session, whoever its reader is."""
    await show(serve_tree, page, socket("echo"))
    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "open")
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.locator(".editor-text").fill(socket("members", LOG))
    await page.get_by_role("button", name="Run", exact=True).click()

    await expect(page.locator(".live-state")).to_have_text("refused (401: log in to connect)")
    await expect(rows(page, "refused")).to_contain_text("GET /members → 401 Unauthorized")


async def test_a_refused_snippet_runs_again(serve_tree: ServeTree, page: Page) -> None:
    """The second run is refused as well, and shows one handshake, not two."""
    await show(serve_tree, page, socket("members"))
    await expect(rows(page, "refused")).to_have_count(1)
    await page.get_by_role("button", name="Run", exact=True).click()

    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "refused")
    await expect(rows(page, "refused")).to_have_count(1)


async def test_a_handshake_that_nobody_answers_can_be_stopped(
    serve_tree: ServeTree, page: Page
) -> None:
    """The state says connecting for as long as that is so, and Stop ends it."""
    url = await show(serve_tree, page, socket("echo", LOG), "console.log('next')")

    def change(sent: bytes) -> bytes:
        return b"" if sent.startswith(b"GET /echo") else sent

    async with _proxy(url, change) as proxied:
        await page.goto(proxied)
        snippet = page.locator(SNIPPET).first
        await expect(lines(page.locator(SNIPPET).last)).to_have_text("next")
        await expect(snippet).to_have_attribute("data-state", "connecting")
        await snippet.get_by_role("button", name="Stop", exact=True).click()

        await expect(snippet).to_have_attribute("data-state", "stopped")
        await page.goto("about:blank")


async def test_without_a_trace_the_page_asks_why_it_was_refused(
    serve_tree: ServeTree, page: Page
) -> None:
    """Where the page's own socket does not pass, snippets run, and a GET tells who was refused."""
    then = "ws.onopen = () => ws.send('hi')\nws.onmessage = console.log"
    url = await show(serve_tree, page, socket("echo", then), socket("members"))

    def change(sent: bytes) -> bytes:
        return sent.replace(b"GET /_liveguide/trace", b"GET /nowhere")

    async with _proxy(url, change) as proxied:
        await page.goto(proxied)
        snippets = page.locator(SNIPPET)
        await expect(lines(snippets.first)).to_have_text('MessageEvent "hi"')
        await expect(rows(snippets.first).locator(".kind")).to_have_text(["text", "text"])

        await expect(snippets.last).to_have_attribute("data-state", "refused")
        state = snippets.last.locator(".live-state")
        await expect(state).to_have_text("refused (401: log in to connect)")
        await page.goto("about:blank")


async def test_who_may_open_no_more_sockets_is_told_so(serve_tree: ServeTree, page: Page) -> None:
    """Not even the page's own socket is let in, so it asks by a GET, which is answered 429."""
    limits = "limits: {loopback: true, address_sockets: 2}\n"
    text = f"# Bench\n\n```js\n{socket('echo')}\n```\n"
    files = {"README.md": text, "gramex.yaml": GRAMEX, "bench.py": BENCH, "liveguide.yaml": limits}
    server = await serve_tree(files)
    url = f"ws{server.url.removeprefix('http')}echo"
    async with websockets.connect(url, proxy=None), websockets.connect(url, proxy=None):
        await page.goto(server.url)

        await expect(page.locator(".live-state")).to_have_text(
            "refused (429: your address has 2 connections open, and may not have more)"
        )
        await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "refused")
    await page.get_by_role("button", name="Run", exact=True).click()
    await expect(page.locator(SNIPPET)).to_have_attribute("data-state", "open")
