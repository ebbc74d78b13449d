"""What the tests of what authors print share: endpoints, and a page that is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from liveguide.server.tracing.console import overheard

from ..conftest import Served, routes
from .page import Page, open_page

FUNCTIONS = """\
open: {function: bot.open}
on_message: {function: bot.on_message}
on_close: {function: bot.on_close}"""
ALL = routes(bot=FUNCTIONS)
MESSAGES = routes(bot="on_message: {function: bot.on_message}")


@asynccontextmanager
async def hearing(served: Served) -> AsyncIterator[Page]:
    """Open a page, and let it hear what authors' functions say."""
    with overheard():
        async with open_page(served) as page:
            yield page


async def said(served: Served, *messages: str, path: str = "/bot") -> Page:
    """Send messages on one socket of a page, and return the page when the socket has ended."""
    async with hearing(served) as page:
        async with page.connect(path) as ws:
            for message in messages:
                await ws.send(message)
        await page.end()
    return page


async def nothing_more(page: Page, path: str = "/bot") -> None:
    """Read everything that has been told: a new socket's handshake comes after it."""
    async with page.connect(path, 999):
        await page.told("handshake", 999)
