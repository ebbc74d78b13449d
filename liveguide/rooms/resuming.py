"""A client that resumes: it said in its address, as `?since=`, what it has seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from . import envelope
from .engine import Batch, Position

_MOST_POSITIONS = 100

Write = Callable[[str], asyncio.Future[None]]


class Resuming:
    """
    What a connection has besides, where its client resumes.

    Args:

        since: The positions that the address gives, as they are written; empty ones say nothing.

        write: Sends a text that is JSON already; raises nothing where the client has left.

    Attributes:

        write: The same.
    """

    def __init__(self, since: Iterable[str], write: Write) -> None:
        given = [text for text in since if text][:_MOST_POSITIONS]
        positions = [envelope.read_position(text) for text in given]
        self._is_malformed = None in positions
        self._positions = {position.epoch: position for position in positions if position}
        self._is_away = False
        self.write = write

    def tell_up(self, is_up: bool) -> None:
        """Tell the client, once, that the engine is away, or is back."""
        if self._is_away == is_up:
            self._is_away = not is_up
            self.write(envelope.BACK if is_up else envelope.AWAY)

    def begin(self, batch: Batch) -> tuple[int, bool | None, str]:
        """
        Say where the client goes on in a room.

        Args:

            batch: Tells where the room's history stands.

        Returns:

            After which offset; whether what the client has seen goes on there, `None` where it
            has not said what that is; and why not, in one word.
        """
        all_kept = batch.first - 1
        if self._is_malformed:
            return all_kept, False, "malformed"
        position = self._positions.pop(batch.epoch, None)
        if position is not None:
            reason = _why_not(position, batch)
            return (all_kept, False, reason) if reason else (position.offset, True, "")
        # What is left was of another room, or of this one before it was wiped.
        return (all_kept, False, "epoch") if self._positions else (all_kept, None, "")


def _why_not(position: Position, batch: Batch) -> str:
    """Return why a history does not go on from a position, or nothing."""
    if position.offset > batch.last:
        return "future"
    return "trimmed" if position.offset + 1 < batch.first else ""
