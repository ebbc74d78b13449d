"""
How many sockets each address has at other processes, and opens there.

Every process tells the others once a second, so that a handshake need ask nobody. What is known is
therefore up to a second old: in that second, an address may open as many sockets at each process.
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
        self._heard: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._telling: asyncio.Task[None] | None = None
        exchange.channels[CHANNEL] = self._hear
        exchange.when_up.append(self._begin)
        handshakes.taken = Counter()

    def end(self) -> None:
        """Tell nobody any more."""
        if self._telling is not None:
            self._telling.cancel()

    def _begin(self) -> None:
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_on())

    async def _tell_on(self) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            self._forget_silent()
            taken, self._handshakes.taken = self._handshakes.taken, Counter()
            told = {
                "process": self._exchange.process,
                "sockets": dict(self._sockets.by_network.most_common(_MOST_TOLD)),
                "handshakes": dict((taken or Counter()).most_common(_MOST_TOLD)),
            }
            with contextlib.suppress(ConnectionError, NotAccepted):  # each counts for itself
                await self._exchange.ask(("PUBLISH", CHANNEL, json.dumps(told)))

    def _hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            process = str(told["process"])
            if process == self._exchange.process:
                return
            sockets, handshakes = _counts(told["sockets"]), _counts(told["handshakes"])
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.error("what was told of addresses makes no sense: %s", error)
            return
        now = time.monotonic()
        self._heard[process] = now, sockets
        self._add_up()
        for network, count in handshakes.items():
            self._handshakes.took_elsewhere(network, count, now)

    def _forget_silent(self) -> None:
        oldest = time.monotonic() - SILENT_AFTER
        silent = [process for process, (heard, _) in self._heard.items() if heard < oldest]
        for process in silent:
            del self._heard[process]
        if silent:
            self._add_up()

    def _add_up(self) -> None:
        total: Counter[str] = Counter()
        for _, sockets in self._heard.values():
            total.update(sockets)
        self._sockets.elsewhere = total


def _counts(told: Any) -> dict[str, int]:
    """Return how many each address has, raising where that makes no sense."""
    counts = {str(network): int(count) for network, count in told.items()}
    if any(count < 0 for count in counts.values()):
        raise ValueError("there is less than none")
    return counts
