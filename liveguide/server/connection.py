"""
What every endpoint's connections share, whatever style their author writes them in.

Before the handshake: `opening.py`. After it: the author's functions are called
(`calls.py`), within the limits, until the connection ends.

`GuardedConnection` stands in front of a handler's class, which may be an author's own,
in the order of method resolution. What is private here has two underscores, or begins with
`_liveguide_`, so that no name of an author's class is taken.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from functools import partial
from types import TracebackType
from typing import Any

import tornado.websocket
from tornado.web import HTTPError
from tornado.websocket import WebSocketProtocol

from ..rooms.envelope import BadMessage, read_sent
from ..rooms.resuming import Resuming
from ..rooms.rooms import rooms
from .admission.fields import SENT
from .admission.rates import Rate
from .calls import no_exit
from .close_codes import ABNORMAL_CLOSURE, POLICY_VIOLATION
from .endpoints.functions import FunctionsHandler
from .endpoints.leftovers import clear
from .opening import Opening
from .resuming import ResumingProtocol, publish
from .wire.outgoing import QueueLimits
from .wire.protocol import WireProtocol, wire_protocol
from .wire.writer import Write

_FRAMES = 10
"""How many control frames, or fragments of messages, may come for each message that may."""

_PLAIN = {tornado.websocket.WebSocketHandler.write_message, FunctionsHandler.write_message}
"""What only hands a message on while the connection is open."""


class GuardedConnection(Opening):
    """One connection to an endpoint: what an author's functions get as `handler`."""

    __opened = __told = False
    __rate: Rate | None = None
    __wire: WireProtocol | None = None  # `close` takes it from `ws_connection`

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Do the handshake, and whatever the class behind this one does with a GET."""
        if self._liveguide_gone:
            return  # while `prepare` waited: Tornado would open it and never close it
        try:
            with no_exit:
                await super().get(*args, **kwargs)
        finally:
            if self.__opened and not self.__told:
                self.on_connection_close()  # Tornado passes over a cancelled `open`

    @property
    def ping_interval(self) -> float | None:
        """Seconds between pings."""
        return self._liveguide_limits["ping_interval"]

    @property
    def ping_timeout(self) -> float | None:
        """Seconds to wait for a pong, no longer than until the next ping."""
        timeout, interval = self._liveguide_limits["ping_timeout"], self.ping_interval
        return min(timeout, interval) if timeout and interval else timeout

    @property
    def max_message_size(self) -> int:
        """Bytes of a message, after which the connection is closed with 1009."""
        return int(self._liveguide_limits["max_message_size"])

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return what the author chose; raise where that was not offered (RFC 6455, 4.2.2)."""
        try:
            chosen = super().select_subprotocol(subprotocols)
        except ValueError as error:  # Tornado takes it for a fault of the client's
            raise RuntimeError("select_subprotocol failed") from error
        if chosen and chosen not in subprotocols:
            raise RuntimeError(
                f"select_subprotocol chose {chosen!r}, but the client offered {subprotocols}"
            )
        return chosen

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return our protocol, in place of Tornado's; `None` for a version that nobody speaks."""
        limits = self._liveguide_limits
        queue = QueueLimits(int(limits["max_queue_messages"]), int(limits["max_queue_bytes"]))
        rate, burst = limits["message_rate"], limits["message_burst"]
        frames = Rate(_FRAMES * rate, _FRAMES * burst) if rate else None
        kind = WireProtocol if self._liveguide_resuming is None else ResumingProtocol
        self.__wire = wire_protocol(
            self, self._liveguide_shared.counts, queue, self._liveguide_traced, frames, kind
        )
        return self.__wire

    def _liveguide_direct_write(self) -> Write | None:
        """Return what `write_message` only hands a message on to; a room looks for it here."""
        method = getattr(self.write_message, "__func__", None)
        return self.__wire.direct_write() if self.__wire and method in _PLAIN else None

    def open(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Open as the author's class does."""
        if self._liveguide_gone:
            # While the class behind this one waited: nobody would be told of its close.
            self.close()
            return None
        if self._liveguide_found.ended:
            # The reader has logged out since `prepare`.
            self._liveguide_end(POLICY_VIOLATION, "logged out")
            return None
        self.__opened = True
        limits = self._liveguide_limits
        rate, burst = limits["message_rate"], limits["message_burst"]
        self.__rate = Rate(rate, burst) if rate else None
        self._liveguide_shared.answering.opened()
        self._liveguide_shared.connections.add(self)
        self._liveguide_found.connections.add(self)
        self._liveguide_shared.endings.opened(self._liveguide_found)
        self._liveguide_shared.counts.opened += 1
        if self._liveguide_traced is not None:
            self._liveguide_traced.opened(self)
        self._headers = SENT
        return self._liveguide_run("open", super().open, *args, **kwargs)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Hand on a message, unless an earlier call has failed, or the reader has logged out."""
        if self._liveguide_ended:
            return None
        self._liveguide_found.used = now = time.monotonic()
        if self.__rate is not None and self.__rate.take(now) > 0:
            self.__refuse_flood()
            return None
        if self._liveguide_resuming is not None:
            return self.__publish(self._liveguide_resuming, message)
        return self._liveguide_run("on_message", super().on_message, message)

    def __publish(self, client: Resuming, message: str | bytes) -> Awaitable[None] | None:
        """Hand on a message of a client that resumes, or close where it is none."""
        try:
            sent = read_sent(message)
        except BadMessage as error:
            path, address = self.request.path, self.request.remote_ip or ""
            self._liveguide_shared.counts.refuse(error.code, "message", path, address, str(error))
            self._liveguide_end(error.code, str(error))
            return None
        return publish(client, sent, partial(self._liveguide_run, "on_message", super().on_message))

    def __refuse_flood(self) -> None:
        limits = self._liveguide_limits
        rate, burst = limits["message_rate"], limits["message_burst"]
        reason = f"rate: more than {rate:g} messages a second, {burst:g} at once"
        address = self.request.remote_ip or ""
        self._liveguide_shared.counts.refuse(POLICY_VIOLATION, "rate", self.request.path, address)
        self._liveguide_end(POLICY_VIOLATION, reason)

    def on_pong(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Tell the page that a ping was answered, and hand the answer on."""
        if self._liveguide_traced is not None:
            self._liveguide_traced.ponged(data)
        return self._liveguide_run("on_pong", super().on_pong, data)

    def on_ping(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Hand on a ping of the client's."""
        return self._liveguide_run("on_ping", super().on_ping, data)

    def on_close(self) -> None:
        """Close as the author's class does, once, and only after `open`."""
        if not self.__opened:
            if self._liveguide_traced is not None and self.get_status() == 101:
                # A browser that does not like the answer cuts at once: the page is to see it.
                self._liveguide_traced.opened(self)
                self._liveguide_traced.closed(None, None)
            self._liveguide_shared.connections.give_up(self.request)
            self._liveguide_gone = True
            if self._liveguide_asking is not None:
                self._liveguide_asking.cancel()
            return
        if self.__told:
            return
        self.__told = True
        closing = self._liveguide_run("on_close", super().on_close)
        if closing is None:
            self.__end()
        else:
            self.__closing = asyncio.ensure_future(closing)
            self.__closing.add_done_callback(lambda _: self.__end())

    def __end(self) -> None:
        self._liveguide_shared.connections.discard(self)
        self._liveguide_found.connections.discard(self)
        self._liveguide_shared.endings.closed(self._liveguide_found)
        code = ABNORMAL_CLOSURE if self.__wire is None else self.__wire.first_code
        self._liveguide_shared.counts.closed[code] += 1
        self.__wire = None
        if self._liveguide_traced is not None:
            self._liveguide_traced.closed(self.close_code, self.close_reason)
        rooms.leave(self)
        self._liveguide_resuming = None
        clear(self)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what Tornado caught, but neither the end of the whole server nor a refusal."""
        is_refusal = isinstance(value, HTTPError) and value.status_code < 500
        if not is_refusal and not isinstance(value, asyncio.CancelledError):
            super().log_exception(typ, value, tb)


def guarded(handler: type[tornado.websocket.WebSocketHandler]) -> type[GuardedConnection]:
    """Return a class with `GuardedConnection` in front of *handler*."""
    return type(handler.__name__, (GuardedConnection, handler), {"__module__": handler.__module__})
