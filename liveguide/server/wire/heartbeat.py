"""Pings at intervals, which find out who has gone without a word (RFC 6455, section 5.5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Heartbeat:
    """
    Pings one client.

    Args:

        interval: Seconds from one ping to the next.

        timeout: Seconds to wait for an answer; 0 for as long as it takes.

        ping: Sends a ping.

        unanswered: Called when an answer did not come in time; returns whether it may still have
            come unread, and the client is to be pinged once more.
    """

    __slots__ = ("_interval", "_is_answered", "_ping", "_timeout", "_timer", "_unanswered")

    def __init__(
        self,
        interval: float,
        timeout: float,
        ping: Callable[[], None],
        unanswered: Callable[[], bool],
    ) -> None:
        self._interval = interval
        self._timeout = min(timeout, interval)
        self._ping = ping
        self._unanswered = unanswered
        self._is_answered = True
        loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle = loop.call_later(interval, self._beat)

    def answered(self) -> None:
        """Note that a pong has come."""
        self._is_answered = True

    def stop(self) -> None:
        """Ping no more."""
        self._timer.cancel()

    def _beat(self) -> None:
        self._is_answered = False
        loop = asyncio.get_running_loop()
        if self._timeout:
            self._timer = loop.call_later(self._timeout, self._judge)
        else:
            self._timer = loop.call_later(self._interval, self._beat)
        self._ping()

    def _judge(self) -> None:
        loop = asyncio.get_running_loop()
        if self._is_answered or self._unanswered():
            rest = self._interval - self._timeout
            self._timer = loop.call_later(rest, self._beat)
