"""What a Redis pushes: the channels that are subscribed to, on a connection of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import ResponseError

from .redis_scripts import is_full

_QUESTIONS = 3  # in the time after which a connection is given up


class Subscriptions:
    """
    The subscriptions of one session after another.

    Args:

        pushed: Called with a channel and what was said there.

        several: Called before that where more is there already.
    """

    def __init__(self, pushed: Callable[[bytes, bytes], None], several: Callable[[], None]) -> None:
        self._pushed = pushed
        self._several = several
        self._confirmed: dict[bytes, list[asyncio.Future[None]]] = {}
        self._connection: Any = None
        self._heard = 0  # how many answers and messages have come

    @property
    def has_begun(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    def begin(self, connection: Any) -> None:
        """Use a connection of redis-py, on which nothing is subscribed to."""
        self._confirmed.clear()
        self._connection = connection
        connection.socket_timeout = None  # a timer for each thing that is read: see `watch`

    def end(self) -> None:
        """Use none."""
        self._connection = None

    async def add(self, channels: Sequence[bytes]) -> None:
        """Subscribe to channels, and wait until that is so."""
        confirmed = [asyncio.get_running_loop().create_future() for _ in channels]
        for channel, future in zip(channels, confirmed, strict=True):
            self._confirmed.setdefault(channel, []).append(future)
        if channels:
            await self._connection.send_command("SUBSCRIBE", *channels)
            await asyncio.wait(confirmed)

    async def discard(self, channel: bytes) -> None:
        """Subscribe to a channel no more; what still comes must be passed over."""
        await self._connection.send_command("UNSUBSCRIBE", channel)

    async def watch(self, seconds: float) -> None:
        """
        Ask again and again whether the connection holds.

        Args:

            seconds: How long it may say nothing.

        Raises:

            TimeoutError: It has said nothing to two questions in a row, or takes none.
        """
        unanswered = 0
        while unanswered < _QUESTIONS - 1:
            heard = self._heard
            async with asyncio.timeout(seconds / _QUESTIONS):
                await self._connection.send_command("PING")
            await asyncio.sleep(seconds / _QUESTIONS)
            unanswered = unanswered + 1 if self._heard == heard else 0
        raise TimeoutError("no answer")

    async def hear(self) -> None:
        """Take what is pushed, until the connection fails."""
        connection = self._connection
        while True:
            try:
                pushed = await connection.read_response()
            except ResponseError as error:
                if not is_full(error):
                    raise
                self._heard += 1
                continue  # so it answers a ping while it can't write
            self._heard += 1
            if not isinstance(pushed, list):
                continue  # the answer to a ping, before there is any room
            if pushed[0] == b"message":
                if await _has_more(connection):
                    self._several()
                self._pushed(pushed[1], pushed[2])
            elif pushed[0] == b"subscribe":
                confirmed = self._confirmed.get(pushed[1])
                if confirmed:
                    confirmed.pop(0).set_result(None)
                if not confirmed:
                    self._confirmed.pop(pushed[1], None)


async def _has_more(connection: Any) -> bool:
    """Say whether something has come that was not read; a redis-py before 8 can't say."""
    can_read = getattr(connection, "can_read", None)
    return can_read is None or bool(await can_read())
