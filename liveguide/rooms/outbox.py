"""What was sent, and waits until an engine accepts it: in order, and within a bound."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from .engine import Accepted, NotAccepted, Position, Topic

MOST_MESSAGES = 1_000
MOST_BYTES = 1024 * 1024
"""What may wait in a process, of all rooms together."""


@dataclass(eq=False, slots=True)
class Waiting:
    """
    A message that waits.

    Attributes:

        topic: Its room.

        message: What it says.

        id: Its id.

        accepted: Who waits for it.

        size: Its bytes.
    """

    topic: Topic
    message: str | bytes
    id: str
    accepted: Accepted
    size: int


class Outbox:
    """Messages that wait, the oldest first."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._size = 0
        self.has_some, self.is_empty = asyncio.Event(), asyncio.Event()
        self.is_empty.set()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, topic: Topic, message: str | bytes, id: str) -> Accepted:
        """
        Let a message wait.

        Raises:

            NotAccepted: Too much waits already, or nobody takes it any more.
        """
        if self._is_closed:
            raise NotAccepted("stopping", "the server is stopping")
        size = len(message)  # as good as its bytes: the bound is a round number
        if len(self._waiting) >= MOST_MESSAGES or self._size + size > MOST_BYTES:
            raise NotAccepted(
                "away", f"{len(self._waiting)} messages wait already until they are accepted"
            )
        accepted = Accepted()
        self._waiting.append(Waiting(topic, message, id, accepted, size))
        self._size += size
        self.has_some.set()
        self.is_empty.clear()
        return accepted

    @property
    def newest(self) -> str:
        """The id of the message that was added last, if it waits; else nothing."""
        return self._waiting[-1].id if self._waiting else ""

    def first(self, count: int) -> list[Waiting]:
        """Return the oldest, which wait on until they are `done`."""
        return [self._waiting[i] for i in range(min(count, len(self._waiting)))]

    def done(self, waiting: Waiting, result: Position | NotAccepted) -> None:
        """Say what became of the oldest one."""
        assert self._waiting[0] is waiting
        self._waiting.popleft()
        self._size -= waiting.size
        if not self._waiting:
            self.has_some.clear()
            self.is_empty.set()
        if waiting.accepted.done():
            return  # whoever awaited it was cancelled
        if isinstance(result, Position):
            waiting.accepted.set_result(result)
        else:
            waiting.accepted.set_exception(result)

    def close(self) -> None:
        """Take no more."""
        self._is_closed = True

    def give_up(self) -> Iterator[Waiting]:
        """Refuse all that still waits."""
        while self._waiting:
            waiting = self._waiting[0]
            yield waiting
            self.done(waiting, NotAccepted("stopping", "the server stopped before"))
