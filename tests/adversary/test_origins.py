"""Pages of other sites connect (row 1): the rule of origins, by hand and in Chromium."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from e2e.conftest import _BROWSERS, _FLAGS
from playwright.async_api import Page, async_playwright
from server.conftest import Serve, Served, routes
from server.sessions.reader import BOT, GRAMEX
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from liveguide.settings import Settings

ME = "open:\n  function: handler.write_message(handler.session['id'])"
ENTRIES = routes(
    open=ME,
    listed=f"{ME}\norigins: [friend.example, 'https://secure.example:8443', '*.family.example']",
    local=f"{ME}\norigins: [localhost]",
    members=f"{ME}\nauth: true",
    both=f"{ME}\nauth: true\norigins: [friend.example]",
)
OWN = "http://docs.example:8888"
GRAMEX_AND_OPEN = (
    GRAMEX
    + """\
  user:
    pattern: /user
    handler: WebSocketHandler
    kwargs:
      open: {function: 'handler.write_message((handler.current_user or {"id": "nobody"})["id"])'}
"""
)
UPGRADE = {
    "Host": "docs.example:8888",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def asked(served: Served, path: str, headers: dict[str, str]) -> tuple[str, str, str]:
    """Shake hands by hand; return the status, the head of the answer, and the first message."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in {**UPGRADE, **headers}.items())
    writer.write(f"GET /{path} HTTP/1.1\r\n{lines}\r\n".encode())
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()
    status, message = head[9:12], ""
    if status == "101":
        _, size = await reader.readexactly(2)
        message = (await reader.readexactly(size)).decode()
    writer.close()
    await writer.wait_closed()
    return status, head, message


@pytest.mark.parametrize(
    ("path", "origin", "answer"),
    [
        # No origins: everybody, but a foreign page without the reader's session.
        ("open", None, "known"),
        ("open", OWN, "known"),
        ("open", "HTTP://DOCS.EXAMPLE:8888", "known"),
        ("open", "https://docs.example:8888", "anonymous"),
        ("open", "http://docs.example", "anonymous"),
        ("open", "http://docs.example:8889", "anonymous"),
        ("open", "http://sub.docs.example:8888", "anonymous"),
        ("open", "http://evildocs.example:8888", "anonymous"),
        ("open", "http://docs.example.evil.example:8888", "anonymous"),
        ("open", "http://docs.example:8888@evil.example", "anonymous"),
        ("open", "http://evil.example", "anonymous"),
        ("open", "null", "anonymous"),
        ("open", "file://", "anonymous"),
        ("open", "chrome-extension://abcdef", "anonymous"),
        ("open", "http://[", "403"),
        # Origins: those and the site's own, exactly.
        ("listed", None, "known"),
        ("listed", OWN, "known"),
        ("listed", "http://friend.example", "known"),
        ("listed", "https://friend.example", "known"),
        ("listed", "https://friend.example:443", "known"),
        ("listed", "https://friend.example:8443", "403"),
        ("listed", "https://evilfriend.example", "403"),
        ("listed", "https://friend.example.evil.example", "403"),
        ("listed", "https://sub.friend.example", "403"),
        ("listed", "https://friend.example/path", "403"),
        ("listed", "https://friend.example.", "403"),
        ("listed", "https://secure.example:8443", "known"),
        ("listed", "http://secure.example:8443", "403"),
        ("listed", "https://secure.example", "403"),
        ("listed", "https://a.family.example", "known"),
        ("listed", "https://family.example", "403"),
        ("listed", "https://evilfamily.example", "403"),
        ("listed", "null", "403"),
        ("local", "http://localhost:8000", "known"),
        ("local", "http://localhost.evil.example:8000", "403"),
        # A login: the site's own pages, where nothing is listed. 401 is past the origin.
        ("members", None, "401"),
        ("members", OWN, "401"),
        ("members", "http://docs.example:8889", "403"),
        ("members", "http://evil.example", "403"),
        ("members", "null", "403"),
        ("both", "http://friend.example", "401"),
        ("both", "http://evil.example", "403"),
    ],
)
async def test_the_rule_of_origins(
    serve: Serve, path: str, origin: str | None, answer: str
) -> None:
    """Refused before the upgrade, let in as nobody, or let in with the reader's session."""
    settings = Settings(hosts=("docs.example",))
    served = await serve({"gramex.yaml": ENTRIES}, settings=settings)
    _, head, session = await asked(served, "open", {})
    cookie = head.partition("Set-Cookie: ")[2].partition(";")[0]

    named = {} if origin is None else {"Origin": origin}
    status, head, seen = await asked(served, path, {"Cookie": cookie, **named})

    assert "Set-Cookie" not in head
    assert status == (answer if answer.isdigit() else "101")
    if status == "101":
        assert seen
        assert (seen == session) is (answer == "known")


FLAGS = [*_FLAGS, "--host-resolver-rules=MAP *.example 127.0.0.1"]


@pytest_asyncio.fixture(name="page", scope="module")
async def _page() -> AsyncIterator[Page]:
    """
    Return a page of a Chromium for which every name in .example is this computer.

    It heeds no policy of a page, as a page of the attacker's own would have none.
    """
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("there is no Chromium; `make test` installs it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield await browser.new_page(bypass_csp=True)
        await browser.close()


CONNECT = """\
url => new Promise((resolve) => {
  const ws = new WebSocket(url)
  ws.onmessage = ({ data }) => { resolve(data); ws.close() }
  ws.onclose = ({ code }) => resolve(String(code))
})
"""


@pytest.mark.browser
async def test_a_foreign_page_in_a_browser_is_nobody_or_refused(serve: Serve, page: Page) -> None:
    """
    Another site, a sibling subdomain, another port: none acts in the reader's name.

    SameSite does not help: Chromium sends cookies along from the sibling and the other port.
    """
    settings = Settings(hosts=("docs.guide.example",))
    served = await serve({"gramex.yaml": GRAMEX_AND_OPEN, "bot.py": BOT}, settings=settings)
    own = f"docs.guide.example:{served.port}"
    await page.goto(f"http://{own}/members/login")
    await page.locator("[name=name]").fill("demo")
    await page.locator("[name=password]").fill("geheim")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"http://{own}/members/")
    await page.goto(f"http://{own}/members/login")
    assert "demo" in await page.locator("body").inner_text()

    listening, other_port = bind_unused_port()
    other_server = HTTPServer(Application())
    other_server.add_socket(listening)

    async def seen_from(origin: str) -> list[str]:
        await page.goto(f"{origin}/nowhere")  # whatever it shows, a script there has this origin
        return [await page.evaluate(CONNECT, f"ws://{own}/{name}") for name in ("user", "whoami")]

    assert await seen_from(f"http://{own}") == ["demo", '{"id": "demo", "role": "reader"}']
    for foreign in (
        f"http://evil.example:{served.port}",
        f"http://sibling.guide.example:{served.port}",
        f"http://docs.guide.example:{other_port}",
    ):
        assert await seen_from(foreign) == ["nobody", "1006"]
    assert served.app.counts.refused["origin"] == 3
    other_server.stop()
    await other_server.close_all_connections()
