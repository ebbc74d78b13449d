"""Pings at intervals, which find out who has gone without a word (RFC 6455, section 5.5.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from ..delay import Delay


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

    __slots__ = (
        "_delay",
        "_interval",
        "_is_answered",
        "_is_judged_next",
        "_ping",
        "_timeout",
        "_unanswered",
    )

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
        self._is_judged_next = False
        self._wait(interval)

    def answered(self) -> None:
        """Note that a pong has come."""
        self._is_answered = True

    def stop(self) -> None:
        """Ping no more."""
        self._delay.discard(self)

    def go_on(self) -> None:
        """Do what is due."""
        if self._is_judged_next:
            self._judge()
        else:
            self._beat()

    def _wait(self, seconds: float) -> None:
        self._delay = _delay(seconds)
        self._delay.add(self)

    def _beat(self) -> None:
        self._is_answered = False
        self._is_judged_next = bool(self._timeout)
        self._wait(self._timeout or self._interval)
        self._ping()

    def _judge(self) -> None:
        self._is_judged_next = False
        if self._is_answered or self._unanswered():
            self._wait(self._interval - self._timeout)


_delays: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[float, Delay[Heartbeat]]] = (
    WeakKeyDictionary()
)


def _delay(seconds: float) -> Delay[Heartbeat]:
    """Return where all wait who wait so long on this event loop."""
    delays = _delays.setdefault(asyncio.get_running_loop(), {})
    delay = delays.get(seconds)
    if delay is None:
        delay = delays[seconds] = Delay(seconds, Heartbeat.go_on)
    return delay
