"""Two servers behind one nginx, over one Redis: two windows, and one server is killed."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from certificate import make_certificate
from playwright.async_api import Browser, expect
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.programs import free_ports, running
from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer

from .conftest import GUIDE, ROOT, Server
from .talking import join, say
from .test_nginx import (
    Proxied,
    configuration_for,
    installed_nginx,
    until_listening,
)

pytestmark = pytest.mark.browser

CLUSTER = ROOT / "deploy/nginx-cluster.conf"
MESSAGES = ".messages li:not(.note)"


@pytest_asyncio.fixture(name="servers")
async def _servers(
    redis: RedisServer, guide_site: Path, tmp_path: Path
) -> AsyncIterator[list[Server]]:
    """Serve our guide twice, with one secret, as two machines do that share a folder."""
    (tmp_path / "site").symlink_to(guide_site)
    options = ("--broker", redis.url, "--trusted-proxy", "127.0.0.1")
    servers = [Server(GUIDE, tmp_path / "site", *options) for _ in range(2)]
    for server in servers:
        await server.start()
    yield servers
    for server in servers:
        await server.stop()


@pytest_asyncio.fixture(name="url")
async def _url(servers: list[Server], tmp_path: Path) -> AsyncIterator[str]:
    """Run nginx in front of them, with `deploy/nginx-cluster.conf`; return its address."""
    ports = [server.url.rstrip("/").rpartition(":")[2] for server in servers]
    certificate, key = make_certificate(tmp_path / "tls")
    plain, secure = free_ports(2)
    proxied = Proxied(8888, plain, secure, certificate, tmp_path / "site")
    text, cluster = configuration_for(proxied, tmp_path, key), CLUSTER.read_text()
    text = text.replace("\nhttp {\n", "\nhttp { include nginx-cluster.conf;\n")
    text = text.replace("proxy_pass http://127.0.0.1:8888;", "proxy_pass http://liveguide;")
    assert text.count("liveguide;") == text.count("nginx-cluster.conf;") == 1
    for example, port in zip(("8888", "8889"), ports, strict=True):
        assert cluster.count(f"127.0.0.1:{example} ") == 1
        cluster = cluster.replace(f"127.0.0.1:{example} ", f"127.0.0.1:{port} ")
    (tmp_path / "nginx.conf").write_text(text)
    (tmp_path / "nginx-cluster.conf").write_text(cluster)
    rights = "user root;" if os.geteuid() == 0 else ""
    command = [installed_nginx(), "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr"]
    directives = f"daemon off; pid {tmp_path}/nginx.pid; {rights}"
    async with running(*command, "-g", directives, stdin=DEVNULL) as process:
        await until_listening(plain, process)
        yield f"http://127.0.0.1:{plain}/"


async def test_both_windows_see_all_that_is_said_when_a_server_is_killed(
    browser: Browser, servers: list[Server], url: str
) -> None:
    """Each is at a server of its own; the one that loses its server goes on at the other."""
    pages = [await join(browser, url, name) for name in ("Ada", "Bob")]
    for page, message in zip(pages, ("from Ada", "from Bob"), strict=True):
        await say(page, message)
        await expect(page.locator(MESSAGES).last).to_have_text(message)
    lost = [
        asyncio.ensure_future(page.wait_for_selector("[data-state=lost]", timeout=30_000))
        for page in pages
    ]

    await servers[0].kill()
    done, waiting = await asyncio.wait(lost, return_when=asyncio.FIRST_COMPLETED)
    assert len(done) == 1  # only one of them was there
    (there,) = [pages[lost.index(one)] for one in done]
    (other,) = [page for page in pages if page is not there]
    await say(other, "meanwhile")
    await say(there, "written while nobody was there")
    await expect(there.get_by_role("status")).to_have_text("Connected", timeout=30_000)
    await say(there, "after")

    said = ["from Ada", "from Bob", "meanwhile", "written while nobody was there", "after"]
    for page in pages:
        await expect(page.locator(MESSAGES)).to_have_count(len(said))
        await expect(page.locator(".waiting")).to_have_count(0)
        assert sorted(await page.locator(MESSAGES).all_inner_texts()) == sorted(said)
    orders = [await page.locator(MESSAGES).all_inner_texts() for page in pages]
    assert orders[0] == orders[1]
    for one in waiting:
        one.cancel()
    await asyncio.gather(*lost, return_exceptions=True)
    for page in pages:
        await page.context.close()


async def test_every_reader_is_at_the_server_that_is_there(servers: list[Server], url: str) -> None:
    """A server that is back counts again before any of its WebSockets has closed."""
    address = url.replace("http", "ws") + "websockethandler/messages"
    for server in servers:
        await server.kill()
        opening = (websocket_connect(address) for _ in range(10))
        opened = await asyncio.gather(*opening, return_exceptions=True)
        await server.start(int(server.url.rstrip("/").rpartition(":")[2]))

        assert {type(socket) for socket in opened} == {WebSocketClientConnection}
        for socket in opened:
            socket.close()


async def test_a_page_sees_its_sockets_at_either_server(browser: Browser, url: str) -> None:
    """The server pane tells of a snippet, whichever server its sockets are at."""
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{url}websockethandler/")
    snippet = page.locator("live-snippet").first
    await expect(snippet.locator("live-server")).to_contain_text("Pingbot opened for")
    for _ in range(3):
        await snippet.get_by_role("button", name="Run", exact=True).click()
        await expect(snippet.locator("live-server")).to_contain_text("Pingbot opened for")
    await page.context.close()
