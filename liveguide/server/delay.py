"""Waiting, for many at a time and equally long: one timer is enough for all of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextvars import Context
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Delay(Generic[Item]):
    """
    Items that are due some time after they were added, the first of them first.

    Args:

        seconds: How long each waits.

        due: Called with each that has waited so long, and waits no more; in an empty context.
    """

    def __init__(self, seconds: float, due: Callable[[Item], None]) -> None:
        self._seconds = seconds
        self._due = due
        self._since: OrderedDict[Item, float] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._context = Context()  # nobody's: not that of the one who happened to be the first

    def use(self, seconds: float) -> None:
        """Wait so long from now on, for those that wait already too; not called from *due*."""
        if seconds != self._seconds:
            self._seconds = seconds
            if self._timer is not None:
                self._timer.cancel()
                self._look()

    def add(self, item: Item) -> None:
        """Wait for an item; it must not be waiting yet, or it would keep its place."""
        self._since[item] = now = asyncio.get_running_loop().time()
        if self._timer is None:
            self._look_at(now + self._seconds)

    def discard(self, item: Item) -> None:
        """Wait for an item no more, if it waits."""
        self._since.pop(item, None)

    def _look(self) -> None:
        """Call for those that are due, and come back when the next one is."""
        loop = asyncio.get_running_loop()
        try:
            while self._since:
                item, since = next(iter(self._since.items()))
                if since + self._seconds > loop.time():
                    break
                del self._since[item]
                self._due(item)
        finally:
            self._timer = None
            if self._since:
                self._look_at(next(iter(self._since.values())) + self._seconds)

    def _look_at(self, when: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_at(when, self._look, context=self._context)
