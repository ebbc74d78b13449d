"""Our guide over TLS in Chromium, with a certificate that nobody has signed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from certificate import make_certificate
from playwright.async_api import Browser, Error, Page, expect

from .conftest import GUIDE, Server

pytestmark = pytest.mark.browser

ASK = """(url) => new Promise((resolve) => {
  const ws = new WebSocket(url)
  ws.onopen = () => resolve('open')
  ws.onclose = (event) => resolve(event.code)
})"""


@pytest_asyncio.fixture(name="secure")
async def _secure(guide_site: Path, tmp_path: Path) -> AsyncIterator[Server]:
    """Return a server of our guide that speaks TLS only."""
    certificate, key = make_certificate(tmp_path / "tls")
    server = Server(GUIDE, guide_site, "--certfile", certificate, "--keyfile", key)
    await server.start()
    yield server
    await server.stop()


async def test_the_page_s_sockets_are_wss(secure: Server, browser: Browser) -> None:
    """The first snippet answers, its handshake is on the wire, and the cookie is the host's own."""
    async with await browser.new_context(ignore_https_errors=True) as context:
        page = await context.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        await page.goto(secure.url + "websockethandler/")
        snippet = page.locator("live-snippet").first

        await expect(snippet.locator("live-console")).to_contain_text("Got message: Hello world")
        await expect(snippet.locator("live-wire .wire-row").first).to_contain_text("GET /")
        assert {url.split(":")[0] for url in sockets} == {"wss"}
        (cookie,) = await context.cookies()
        assert cookie.get("name") == "__Host-session"
        assert cookie.get("secure")


async def test_a_socket_fails_until_its_certificate_is_accepted(secure: Server, page: Page) -> None:
    """The browser has nowhere to ask; on a page of that server it has."""
    address = secure.url.replace("https", "wss") + "websockethandler/pingbot"
    await page.goto("about:blank")
    assert await page.evaluate(ASK, address) == 1006

    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        await page.goto(secure.url)
    await page.locator("#details-button").click()
    await page.locator("#proceed-link").click()

    await page.wait_for_url(secure.url)
    assert await page.evaluate(ASK, address) == "open"
