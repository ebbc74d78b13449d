"""
What clients that resume are told of a room's history: read once for all that need the same.

Where a server ends, its clients come to another together, and have missed about the same. Each
reading for itself would keep a server so busy that they never hear as much as the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from . import envelope
from .engine import Batch

PAGE = 100
"""Messages of a history that are read at once."""

_KEPT = 4  # pages, so that those who read a little more slowly need not read for themselves

Read = Callable[[int, int], Awaitable[Batch]]


@dataclass(frozen=True, slots=True)
class Page:
    """
    A part of a history, as it goes over the wire.

    Attributes:

        epoch: Which history.

        first: The offset of the oldest message that was kept when it was read.

        after: The offset after which it begins.

        end: The offset at which it ends.

        texts: Its messages, each with its offset.
    """

    epoch: str
    first: int
    after: int
    end: int
    texts: Sequence[tuple[int, str]]


class Pages:
    """
    One room's.

    Args:

        room: The room's name.

        read: Reads the history after an offset, so many messages.
    """

    def __init__(self, room: str, read: Read) -> None:
        self._room = room
        self._read = read
        self._kept: deque[Page] = deque(maxlen=_KEPT)
        self._reading = asyncio.Lock()

    async def after(self, epoch: str, offset: int) -> Page:
        """Return the page after an offset, of another history where that of *epoch* is gone."""
        page = self._find(epoch, offset)
        if page is not None:
            return page
        async with self._reading:
            page = self._find(epoch, offset)  # another may just have read it
            if page is None:
                page = await self._read_page(offset)
                self._kept.append(page)
        return page

    def forget(self) -> None:
        """Keep none: nobody needs any."""
        self._kept.clear()

    def _find(self, epoch: str, offset: int) -> Page | None:
        for page in self._kept:
            if page.epoch == epoch and page.after <= offset < page.end:
                return page
        return None

    async def _read_page(self, after: int) -> Page:
        batch = await self._read(after, PAGE)
        texts = [(entry.offset, envelope.message(self._room, entry)) for entry in batch.entries]
        return Page(batch.epoch, batch.first, after, batch.end, texts)
