"""
Traces of pages whose sockets are at other processes than the trace itself.

What is to be told goes over a channel of the process that holds the trace. It is told, not kept:
while Redis is away, a page hears of the sockets at its own process only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from weakref import WeakValueDictionary

from ...rooms.engine import Exchange, NotAccepted
from .trace import Trace

log = logging.getLogger(__name__)

_AT_ONCE = 100


class Relay:
    """
    Tells other processes what their pages are to know, and hears what ours are.

    Args:

        exchange: What is between the processes.

        find: Returns the trace of a key in this process, `None` where the page has left.
    """

    def __init__(self, exchange: Exchange, find: Callable[[str], Trace | None]) -> None:
        self._exchange = exchange
        self._find = find
        self._traces: WeakValueDictionary[str, Trace] = WeakValueDictionary()
        self._waiting: deque[tuple[str, str, str, asyncio.Future[None]]] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._saying: dict[str, asyncio.Task[None]] = {}  # by key, so that each is said once
        exchange.channels[_channel(exchange.process)] = self._hear

    def trace(self, key: str, holder: str) -> Trace:
        """Return what stands here for a trace that another process holds."""
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = Trace(key, partial(self._tell, holder, key))
        return trace

    def _tell(self, holder: str, key: str, record: str) -> asyncio.Future[None]:
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        told = json.dumps({"key": key, "record": record, "from": self._exchange.process})
        self._waiting.append((holder, key, told, sent))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        return sent

    async def _send(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                heard = await self._exchange.ask(
                    *(("PUBLISH", _channel(holder), told) for holder, _, told, _ in some)
                )
            except (ConnectionError, NotAccepted):
                heard = [1] * len(some)  # nobody knows
            for (_, key, _, sent), listeners in zip(some, heard, strict=True):
                if not listeners:
                    self._has_left(key)
                if not sent.done():
                    sent.set_result(None)

    def _has_left(self, key: str) -> None:
        trace = self._traces.get(key)
        if trace is not None:
            trace.gone = True

    def _hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            if "left" in told:
                self._has_left(str(told["left"]))
                return
            key, record = str(told["key"]), json.loads(told["record"])
            if not (isinstance(record["type"], str) and isinstance(record["socket"], int)):
                raise TypeError("it is no record")
            trace = self._find(key)
            if trace is not None:
                trace.tell(record)
            else:
                self._say_left(key, str(told["from"]))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            log.error("what was told of a page's connection makes no sense: %s", error)

    def _say_left(self, key: str, process: str) -> None:
        async def say() -> None:
            told = json.dumps({"left": key})
            try:
                with contextlib.suppress(ConnectionError, NotAccepted):  # it is said again
                    await self._exchange.ask(("PUBLISH", _channel(process), told))
            finally:
                del self._saying[key]

        if key not in self._saying:
            self._saying[key] = asyncio.create_task(say())


def _channel(process: str) -> bytes:
    return f"liveguide:trace:{process}".encode()
