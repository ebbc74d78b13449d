"""A page's trace at one process, and its sockets at another, over a real Redis."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from liveguide.server.tracing.console import overheard
from liveguide.server.tracing.keys import LASTS, Keys
from liveguide.server.tracing.trace import LINES_AT_ONCE
from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer

from ..conftest import Serve, Served, routes
from ..sharing import sharing
from .page import Page, open_page

pytestmark = pytest.mark.long

SECRET = b"0123456789abcdef0123456789abcdef"
GUIDE = {
    "gramex.yaml": routes(bot="on_message: {function: bot.on_message}", mine="auth: true"),
    "bot.py": """\
def on_message(handler, message):
    for n in range(int(message)):
        print('line', n)
    handler.write_message('done')
""",
}


@pytest.fixture(name="servers")
async def _servers(serve: Serve, redis: RedisServer) -> AsyncIterator[list[Served]]:
    """Serve a guide twice, over one Redis."""
    async with sharing(serve, redis, GUIDE) as servers:
        yield servers


def elsewhere(page: Page, server: Served) -> Any:
    """Open one of a page's sockets at another process than its trace."""
    return server.connect(page.address("/bot"))


async def test_a_page_hears_of_its_sockets_at_another_process(servers: list[Served]) -> None:
    """Handshake, lines and the close, in their order."""
    with overheard():
        async with open_page(servers[0]) as page:
            async with elsewhere(page, servers[1]) as ws:
                await ws.send("3")
                assert await ws.recv() == "done"
            await page.end()

    assert [record["type"] for record in page.records] == ["handshake", *["line"] * 3, "close"]
    assert page.lines() == ["line 0", "line 1", "line 2"]
    assert page.records[0]["request"]["line"] == "GET /bot HTTP/1.1"


async def test_a_refused_handshake_is_told_too(servers: list[Served]) -> None:
    """With its reason."""
    async with open_page(servers[0]) as page:
        with pytest.raises(InvalidStatus):
            await servers[1].connect(page.address("/mine"))
        assert (await page.told("refused"))["status"] == 401


async def test_no_more_is_told_than_at_one_process(servers: list[Served]) -> None:
    """What exceeds a burst is counted where it is said, and never sent."""
    with overheard():
        async with open_page(servers[0]) as page, elsewhere(page, servers[1]) as ws:
            await ws.send(str(2 * LINES_AT_ONCE))
            await page.told("cut")

    assert LINES_AT_ONCE <= len(page.lines()) < 1.5 * LINES_AT_ONCE


async def test_who_has_left_is_told_nothing_more(servers: list[Served]) -> None:
    """The other process hears so with the next record, and is silent from then on."""
    with overheard():
        async with open_page(servers[0]) as page:
            ws = await elsewhere(page, servers[1])
            await page.told("handshake")
        (traced,) = servers[1].app._traces._connections.values()
        async with asyncio.timeout(10):
            while not traced._trace.gone:
                await ws.send("1")
                await ws.recv()
        await ws.close()

    assert traced._trace.gone


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"key": "x", "record": "[]", "from": "y"}'])
async def test_what_makes_no_sense_is_passed_over(
    servers: list[Served], redis: RedisServer, caplog: Any, told: str
) -> None:
    """With a line in the log; what comes next is told."""
    async with open_page(servers[0]) as page:
        channel = f"liveguide:trace:{page.key[:12]}"
        assert await redis.client.publish(channel, told) == 1
        async with elsewhere(page, servers[1]):
            await page.told("handshake")
    assert "makes no sense" in caplog.text


def test_a_key_says_who_holds_its_trace() -> None:
    """To whoever has the secret, for a day."""
    keys = Keys(SECRET, "process-one-")
    key = keys.new(1000)

    assert re.fullmatch(r"[\w-]{64}", key)
    assert Keys(SECRET, "process-two-").holder(key, 1001) == "process-one-"
    assert keys.holder(key, 1001 + LASTS) is None


@pytest.mark.parametrize("at", [0, 12, 20, 43, 63])
def test_a_key_that_was_changed_is_worth_nothing(at: int) -> None:
    """Whichever part of it was, or that of another secret."""
    keys = Keys(SECRET, "process-one-")
    key = keys.new(1000)
    changed = key[:at] + ("b" if key[at] == "a" else "a") + key[at + 1 :]

    assert keys.holder(changed, 1001) is None
    assert Keys(SECRET[::-1], "process-one-").holder(key, 1001) is None
    assert keys.holder("", 1001) is None
