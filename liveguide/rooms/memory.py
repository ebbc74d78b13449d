"""The engine of one process, in its memory: what is sent has been written before `send` returns."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque

from .engine import Accepted, Batch, Entry, Listener, Position, Topic
from .local import LocalEngine

_LEAST_IDS = 1_000
"""So many messages of a room are told from one that is sent again, however few are kept."""

_NO_HISTORY = Position("", 0)


class MemoryEngine(LocalEngine):
    """Keeps what is kept until the process ends."""

    name = "memory"
    is_up = True
    waiting = 0

    def __init__(self) -> None:
        super().__init__()
        self._histories: dict[str, _History] = {}

    def listen(self, listener: Listener) -> None:
        """Begin, without a wait."""
        self._listener = listener

    async def start(self, listener: Listener) -> None:
        """Begin."""
        self.listen(listener)

    async def stop(self) -> None:
        """End, at once: nothing ever waits."""

    def publish(self, topic: Topic, message: str | bytes, id: str) -> Accepted:
        """Send a message; it is accepted, and its room told, before this returns."""
        if topic.history:
            history = self._history(topic)
            position = history.add(topic, message, id, self._listener)
        else:
            position = _NO_HISTORY
            self._listener.on_entry(topic.name, "", Entry(0, id, message, time.time()))
        accepted = Accepted()
        accepted.set_result(position)
        return accepted

    def subscribe(self, topic: Topic) -> asyncio.Future[Batch]:
        """Say where the room's history stands; it is always told."""
        subscribed: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        subscribed.set_result(self._batch(topic, 0, 0))
        return subscribed

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset."""
        return self._batch(topic, after, limit)

    def _batch(self, topic: Topic, after: int, limit: int) -> Batch:
        if not topic.is_durable:
            return Batch("", 1, 0, 0, [])
        return self._history(topic).batch(topic, after, limit)

    def _history(self, topic: Topic) -> _History:
        history = self._histories.get(topic.name)
        if history is None:
            history = self._histories[topic.name] = _History()
        return history


class _History:
    """What is kept of one room."""

    def __init__(self) -> None:
        self._epoch = secrets.token_urlsafe(9)
        self._last = 0
        self._entries: deque[Entry] = deque()
        self._offsets: dict[str, int] = {}  # by ids, also of entries that are not kept any more

    def add(self, topic: Topic, message: str | bytes, id: str, listener: Listener) -> Position:
        """Keep a message, and tell it, unless its id is that of one that is kept."""
        known = self._offsets.get(id)
        if known is not None:
            return Position(self._epoch, known)
        self._last = offset = self._last + 1
        entry = Entry(offset, id, message, time.time())
        self._entries.append(entry)
        self._offsets[id] = offset
        self._trim(topic)
        if len(self._offsets) > max(topic.history, _LEAST_IDS):
            del self._offsets[next(iter(self._offsets))]
        listener.on_entry(topic.name, self._epoch, entry)
        return Position(self._epoch, offset)

    def batch(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return a part of it."""
        self._trim(topic)
        first = self._entries[0].offset if self._entries else self._last + 1
        begin = max(0, after + 1 - first)
        # A deque finds its middle slowly; a history is short, and read page by page.
        entries = [self._entries[i] for i in range(begin, min(begin + limit, len(self._entries)))]
        end = entries[-1].offset if entries else self._last
        return Batch(self._epoch, first, self._last, end, entries)

    def _trim(self, topic: Topic) -> None:
        oldest = time.time() - topic.history_seconds
        entries = self._entries
        while entries and (entries[0].sent < oldest or len(entries) > topic.history):
            entries.popleft()
