"""
The histories of rooms in a Redis: read, and added to.

Anybody who may write to that Redis can put anything there, and it may come back with less than it
had: both are noticed here.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from . import parcel, redis_scripts
from .engine import PAGE_BYTES, Batch, Entry, NotAccepted, Position, Topic
from .outbox import Waiting
from .redis_scripts import Scripts, is_full, key, live

log = logging.getLogger(__name__)

NOTHING = Batch("", 1, 0, 0, ())
"""The history of a room that keeps none."""

_LEAST_REMEMBERED = 60  # seconds for which the id of a message is
_MOST_TOLD = 1_000


class RedisLog:
    """
    The histories.

    Args:

        scripts: Runs scripts there.

        suffix: Ends the names of channels.
    """

    def __init__(self, scripts: Scripts, suffix: str) -> None:
        self._scripts = scripts
        self._suffix = suffix
        self._known: dict[str, Position] = {}
        self._senseless: set[tuple[str, bytes]] = set()

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset; what is wrong is raised as redis-py does."""
        if not topic.is_durable:
            return NOTHING
        keys = [key(topic.name, "at"), key(topic.name, "log")]
        values = [*self._where(topic), after, limit, PAGE_BYTES]
        epoch, first, last, found, end = await self._scripts.run(redis_scripts.READ, keys, values)
        entries = [*self._entries(topic.name, found, after, last)]
        position = Position(epoch.decode(), last)
        self.knows(topic.name, position)
        return Batch(position.epoch, first, last, end, entries)

    def call(self, waiting: Waiting) -> tuple[str, list[bytes], list[Any]]:
        """Return the script that publishes a message, its keys and its arguments."""
        topic, id = waiting.topic, waiting.id
        said = [id, parcel.kind_of(waiting.message), waiting.message]
        id_key, channel = key(topic.name, "id", id), live(topic.name, self._suffix)
        if not topic.is_durable:
            return redis_scripts.TELL, [id_key, channel], [*said, _LEAST_REMEMBERED]
        keys = [key(topic.name, "at"), key(topic.name, "log"), id_key, channel]
        remembered = max(int(topic.history_seconds), _LEAST_REMEMBERED)
        return redis_scripts.PUBLISH, keys, [*self._where(topic), *said, remembered]

    def _where(self, topic: Topic) -> list[Any]:
        known = self._known.get(topic.name, Position("", 0))
        age = int(topic.history_seconds * 1000)
        return [secrets.token_urlsafe(9), known.epoch, known.offset, topic.history, age]

    def knows(self, room: str, position: Position) -> None:
        """Remember how far a room has come, by which a Redis that has forgotten shows itself."""
        known = self._known.get(room)
        if known is None or known.epoch != position.epoch or known.offset < position.offset:
            self._known[room] = position

    def _entries(self, room: str, found: list[Any], after: int, last: int) -> list[Entry]:
        entries = []
        for at, pairs in found:
            try:
                entry = parcel.read_entry(at, dict(zip(pairs[::2], pairs[1::2], strict=True)))
                if after < entry.offset <= last:
                    entries.append(entry)
            except parcel.Senseless as senseless:
                self.passed_over(room, at, senseless)
        return entries

    def passed_over(self, room: str, what: bytes, why: parcel.Senseless) -> None:
        """Log once that something is none of ours."""
        if (room, what) not in self._senseless and len(self._senseless) < _MOST_TOLD:
            self._senseless.add((room, what))
            log.error("room(%r): %r in Redis is none of ours and passed over: %s", room, what, why)


def refusal(error: Exception) -> NotAccepted:
    """Return why a message was not accepted."""
    if is_full(error):
        return NotAccepted("full", f"Redis is full: {error}")
    return NotAccepted("failed", f"Redis refused it: {error}")
