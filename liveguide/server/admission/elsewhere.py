"""
How many sockets each address has at other processes, and opens there.

Every process tells the others once a second what has changed, so that a handshake need ask nobody.
What is known is up to a second old: in that second, an address may open as many sockets at each.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ...rooms.engine import Exchange, NotAccepted
from ..connections import Connections
from .addresses import Handshakes

log = logging.getLogger(__name__)

CHANNEL = b"liveguide:addresses"
TOLD_EVERY = 1.0
SILENT_AFTER = 5.0
"""Seconds; who has told nothing for so long counts no more."""

_MOST_TOLD = 10_000
"""Addresses of one process: those with the most sockets, where there are more."""


class _Other:
    """
    Another process.

    Attributes:

        heard: When it told something last, by the monotonic clock.

        sockets: How many each network has there.
    """

    def __init__(self) -> None:
        self.heard = 0.0
        self.sockets: Counter[str] = Counter()


class Elsewhere:
    """
    Counts what addresses do at all processes of one Redis.

    Args:

        exchange: The Redis.

        sockets: Those that are open here.

        handshakes: Those of late, here.
    """

    def __init__(self, exchange: Exchange, sockets: Connections, handshakes: Handshakes) -> None:
        self._exchange = exchange
        self._sockets = sockets
        self._handshakes = handshakes
        self._told: Mapping[str, int] = {}
        self._others: dict[str, _Other] = {}
        self._tells_all = self._wants_all = True
        self._telling: asyncio.Task[None] | None = None
        exchange.channels[CHANNEL] = self._hear
        exchange.when_up.append(self._begin)
        handshakes.taken = Counter()

    def end(self) -> None:
        """Tell nobody any more."""
        if self._telling is not None:
            self._telling.cancel()

    def _begin(self) -> None:
        self._tells_all = self._wants_all = True  # something may have been missed, here and there
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_on())

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            self._forget_silent()
            told = json.dumps({"process": self._exchange.process, **self._news()})
            with contextlib.suppress(ConnectionError, NotAccepted):  # each counts for itself
                await self._exchange.ask(("PUBLISH", CHANNEL, told))

    def _news(self) -> dict[str, Any]:
        """Return what has changed since this was last asked, or all, where somebody needs that."""
        now = dict(self._sockets.by_network.most_common(_MOST_TOLD))
        before: Mapping[str, int] = {} if self._tells_all else self._told
        changed = {network: count for network, count in now.items() if before.get(network) != count}
        changed |= dict.fromkeys(before.keys() - now.keys(), 0)
        taken = self._handshakes.taken or Counter[str]()
        news = {
            "all": self._tells_all,
            "wants_all": self._wants_all,
            "sockets": changed,
            "handshakes": dict(taken.most_common(_MOST_TOLD)),
        }
        self._told, self._handshakes.taken = now, Counter()
        self._tells_all = self._wants_all = False
        return news

    def _hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            process, is_all = str(told["process"]), bool(told["all"])
            if process == self._exchange.process:
                return
            sockets, handshakes = _counts(told["sockets"]), _counts(told["handshakes"])
            self._tells_all = self._tells_all or bool(told["wants_all"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.error("what was told of addresses makes no sense: %s", error)
            return
        if process not in self._others:
            self._others[process] = _Other()
            self._wants_all = self._wants_all or not is_all
        other = self._others[process]
        other.heard = now = time.monotonic()
        if is_all:
            sockets = dict.fromkeys(other.sockets, 0) | sockets
        for network, count in sockets.items():
            self._count(other, network, count)
        for network, count in handshakes.items():
            self._handshakes.took_elsewhere(network, count, now)

    def _count(self, other: _Other, network: str, count: int) -> None:
        """Note how many sockets a network has at one other process."""
        total = self._sockets.elsewhere
        total[network] += count - other.sockets[network]
        other.sockets[network] = count
        for counts in (total, other.sockets):
            if not counts[network]:
                del counts[network]

    def _forget_silent(self) -> None:
        oldest = time.monotonic() - SILENT_AFTER
        for process, other in [*self._others.items()]:
            if other.heard < oldest:
                for network in [*other.sockets]:
                    self._count(other, network, 0)
                del self._others[process]


def _counts(told: Any) -> dict[str, int]:
    """Return how many each address has, raising where that makes no sense."""
    counts = {str(network): int(count) for network, count in told.items()}
    if any(count < 0 for count in counts.values()):
        raise ValueError("there is less than none")
    return counts
