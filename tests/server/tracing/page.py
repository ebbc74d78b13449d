"""A page's trace, as a test reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets

from ..conftest import Served

Record = dict[str, Any]

TRACE = "/_liveguide/trace"
PATIENCE = 10


class Page:
    """
    A page that is open: its trace, and the addresses of its sockets.

    Attributes:

        records: What the server has told so far, in order, but for the key.
    """

    def __init__(self, served: Served, ws: websockets.ClientConnection, key: str) -> None:
        self.served, self.ws, self.key = served, ws, key
        self.records: list[Record] = []

    def address(self, path: str, number: int = 1) -> str:
        """Return a path as this page's socket *number* asks for it."""
        return f"{path}{'&' if '?' in path else '?'}_liveguide={self.key}.{number}"

    def connect(self, path: str, number: int = 1, **options: Any) -> websockets.connect:
        """Open one of this page's sockets."""
        return self.served.connect(self.address(path, number), **options)

    async def until(self, wanted: Callable[[Record], bool]) -> Record:
        """Return the first record, told or still to come, that is the wanted one."""
        seen = 0
        async with asyncio.timeout(PATIENCE):
            while True:
                for record in self.records[seen:]:
                    if wanted(record):
                        return record
                seen = len(self.records)
                self.records.append(json.loads(await self.ws.recv()))

    async def told(self, kind: str, number: int = 1) -> Record:
        """Return the first record of a kind, of one socket."""
        return await self.until(lambda r: r["type"] == kind and r["socket"] == number)

    async def line(self, text: str, number: int = 1) -> Record:
        """Return the first line with this text, of one socket."""
        return await self.until(
            lambda r: r["type"] == "line" and r["text"] == text and r["socket"] == number
        )

    async def end(self, number: int = 1) -> Record:
        """Return how a socket ended; everything that was told of it is in `records` then."""
        return await self.told("close", number)

    def of(self, kind: str, number: int = 1) -> list[Record]:
        """Return the records of a kind, of one socket, that have been told."""
        return [r for r in self.records if r["type"] == kind and r["socket"] == number]

    def lines(self, number: int = 1) -> list[str]:
        """Return the lines of one socket that have been told."""
        return [record["text"] for record in self.of("line", number)]


@asynccontextmanager
async def open_page(served: Served, **options: Any) -> AsyncIterator[Page]:
    """Open a page's trace."""
    async with served.connect(TRACE, origin=served.url, **options) as ws:
        first = json.loads(await ws.recv())
        assert list(first) == ["type", "key"]
        assert first["type"] == "key"
        yield Page(served, ws, first["key"])
