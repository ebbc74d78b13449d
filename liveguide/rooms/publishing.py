"""A message that a client has sent, and what became of it: its author's function decides that."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextvars import ContextVar

from . import envelope
from .engine import NotAccepted, Position
from .resuming import Resuming


class Publishing:
    """
    A message of a client that resumes, while its author's function works on it.

    Args:

        id: The id that the client gave it.

        client: Who is told what became of it.
    """

    def __init__(self, id: str, client: Resuming) -> None:
        self._id = id
        self._client = client
        self._rooms: Counter[str] = Counter()
        self._waiting = 1  # for the function's own end
        self._position = Position("", 0)
        self._refusal = ""
        self._is_over = False

    def next_id(self, room: str) -> str:
        """
        Return the id of the next message that the function sends to a room.

        The same each time when the client sends its message again, or it would be doubled.
        """
        if self._is_over:
            return ""
        self._rooms[room] += 1
        count = self._rooms[room]
        return self._id if count == 1 else f"{self._id}{envelope.BEHIND_ID}{count}"

    def sending(self, accepted: asyncio.Future[Position]) -> None:
        """Take note of what the function sends; the client is told when all of it is accepted."""
        if not self._is_over:
            self._waiting += 1
            accepted.add_done_callback(self._sent)

    def refuse(self, reason: str) -> None:
        """Tell the client at once that its message was not accepted."""
        if not self._refusal:
            self._refusal = reason
            self._client.write(envelope.refused(self._id, reason))

    def end(self) -> None:
        """Take note that the function has ended."""
        self._is_over = True
        self._done()

    def _sent(self, accepted: asyncio.Future[Position]) -> None:
        error = None if accepted.cancelled() else accepted.exception()
        if isinstance(error, NotAccepted) and error.reason != "stopping":
            self.refuse(error.reason)
        elif error is not None or accepted.cancelled():
            self._refusal = "unknown"  # nothing is told: the client sends it again
        else:
            self._position = self._position if self._position.epoch else accepted.result()
        self._done()

    def _done(self) -> None:
        self._waiting -= 1
        if self._waiting == 0 and not self._refusal:
            self._client.write(envelope.accepted(self._id, self._position))


publishing: ContextVar[Publishing | None] = ContextVar("publishing", default=None)
"""The message that an author's function works on, if its client resumes."""
