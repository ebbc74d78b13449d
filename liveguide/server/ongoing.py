"""What is still going on, so that the server can wait for it to end before it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Ongoing(Generic[Item]):
    """A set that can be waited on to become empty."""

    def __init__(self) -> None:
        self._items: set[Item] = set()
        self._changed = asyncio.Event()

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.copy())

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Item) -> None:
        """Note that *item* has begun."""
        self._items.add(item)

    def discard(self, item: Item) -> None:
        """Note that *item* has ended."""
        self._items.discard(item)
        self._changed.set()

    async def ended(self) -> None:
        """Wait until nothing is going on any more."""
        while self._items:
            self._changed.clear()
            await self._changed.wait()


class Answering(Ongoing[asyncio.Future[Any]]):
    """The requests that handlers are at work on, each by its task, and answers on their way."""

    def begin(self) -> None:
        """Note that this task answers a request, until it is done, or `opened` is called in it."""
        task = asyncio.current_task()
        if task is not None:
            self.add(task)
            task.add_done_callback(self.discard)

    def sending(self, sent: asyncio.Future[None] | None) -> None:
        """Note that an answer is on its way, until it is *sent*."""
        if sent is not None and not sent.done():
            self.add(sent)
            sent.add_done_callback(self.discard)

    def opened(self) -> None:
        """Note that this task has answered a handshake: a WebSocket is waited for otherwise."""
        task = asyncio.current_task()
        if task is not None:
            task.remove_done_callback(self.discard)
            self.discard(task)
