"""The demo of rooms: two windows, their server killed, and both go on where they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer

from .conftest import GUIDE, Server
from .talking import join, say

pytestmark = pytest.mark.browser

MESSAGES = ".messages li:not(.note)"


@pytest_asyncio.fixture(name="server")
async def _server(redis: RedisServer, guide_site: Path) -> AsyncIterator[Server]:
    """Serve our guide with its rooms in a Redis."""
    server = Server(GUIDE, guide_site, "--broker", redis.url)
    await server.start()
    yield server
    await server.stop()


async def test_a_page_goes_on_where_it_was_when_its_server_is_killed(
    browser: Browser, server: Server
) -> None:
    """What was said before, meanwhile and after stands in both windows, once and in order."""
    one, two = await join(browser, server.url, "Ada"), await join(browser, server.url, "Bob")
    await say(one, "before")
    for page in (one, two):
        await expect(page.locator(MESSAGES)).to_have_text(["before"])
    port = int(server.url.rstrip("/").rpartition(":")[2])

    await server.kill()
    await expect(one.get_by_role("status")).to_have_attribute("data-state", "lost")
    await say(one, "meanwhile")
    await expect(one.locator(".waiting")).to_have_text(["meanwhile"])
    await server.start(port)

    await expect(two.locator(MESSAGES)).to_have_text(["before", "meanwhile"])
    await say(two, "after")
    for page in (one, two):
        await expect(page.locator(MESSAGES)).to_have_text(["before", "meanwhile", "after"])
        await expect(page.locator(".waiting")).to_have_count(0)
        await page.context.close()


async def test_who_comes_late_reads_it_all_and_is_named(browser: Browser, server: Server) -> None:
    """The history, and who is there, as text whatever it holds."""
    one = await join(browser, server.url, "Ada")
    await say(one, "<b>early</b>")
    two = await join(browser, server.url, "Bob")

    await expect(two.locator(MESSAGES)).to_have_text(["<b>early</b>"])
    await expect(one.locator(".note").last).to_have_text("Bob came")
    await expect(one.locator(".members")).to_have_text("2 are here")
    await two.context.close()
    await expect(one.locator(".members")).to_have_text("Nobody else is here")
    await one.context.close()


async def test_a_page_says_that_the_room_is_away(
    browser: Browser, server: Server, redis: RedisServer
) -> None:
    """While Redis is, what is said waits; then it comes."""
    page = await join(browser, server.url, "Ada")
    await redis.kill()
    await expect(page.get_by_role("status")).to_have_attribute("data-state", "away")
    await say(page, "patience")
    await expect(page.locator(".waiting")).to_have_text(["patience"])

    await redis.start()

    await expect(page.get_by_role("status")).to_have_text("Connected")
    await expect(page.locator(".waiting")).to_have_count(0)
    await expect(page.locator(MESSAGES)).to_have_text(["patience"])
    await page.context.close()
