"""
Connections whose clients resume: `?since=` in the address, and JSON both ways.

A room tells such a client what it missed, with positions; what else its author's functions
write is wrapped, and what it sends is unwrapped before they see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..rooms import envelope
from ..rooms.engine import MessageTooLarge, NotAccepted
from ..rooms.publishing import Publishing, publishing
from ..rooms.resuming import Resuming
from ..rooms.rooms import rooms
from .close_codes import INTERNAL_ERROR, TOO_BIG, TRY_AGAIN_LATER
from .wire.outgoing import closed_future
from .wire.protocol import WireProtocol

write_json: Callable[[Any, str], asyncio.Future[None]] = WireProtocol.write_message
"""Sends what is JSON already, past the wrapping below."""

SINCE = "since"
"""The parameter of an address by which a client says that it resumes, and from where."""


class ResumingProtocol(WireProtocol):
    """The protocol of a connection whose client takes JSON."""

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send what an author's function writes; binary messages go as they are."""
        if not binary:
            said = message.decode() if isinstance(message, bytes) else message
            message = envelope.text(said)
        return super().write_message(message, binary)

    def direct_write(self) -> None:
        """Return nothing: what is written is wrapped."""


def resuming(handler: WebSocketHandler) -> Resuming | None:
    """Return what a connection has besides if its client resumes, and there are rooms at all."""
    since = handler.request.query_arguments.get(SINCE)
    if since is None or not rooms or not getattr(handler, "_liveguide_resumes", True):
        return None

    def write(text: str) -> asyncio.Future[None]:
        protocol = handler.ws_connection
        if protocol is None:
            return closed_future()
        try:
            return write_json(protocol, text)
        except WebSocketClosedError:
            return closed_future()

    return Resuming((value.decode(errors="replace") for value in since), write)


def publish(
    client: Resuming, sent: envelope.Sent, on_message: Callable[[str], Awaitable[None] | None]
) -> Awaitable[None] | None:
    """Hand a client's message to its author's function, and tell the client what became of it."""
    working_on = Publishing(sent.id, client)
    token = publishing.set(working_on)
    try:
        waits = on_message(sent.text)
    finally:
        publishing.reset(token)
    if waits is None:
        working_on.end()
        return None
    return _publish_waiting(working_on, waits)


async def _publish_waiting(working_on: Publishing, waits: Awaitable[None]) -> None:
    publishing.set(working_on)  # of this task alone
    try:
        await waits
    finally:
        working_on.end()


def close_code(error: BaseException) -> int:
    """Return with which code an error that leaves an author's function closes its connection."""
    if isinstance(error, MessageTooLarge):
        return TOO_BIG
    return TRY_AGAIN_LATER if isinstance(error, NotAccepted) else INTERNAL_ERROR


def tell_failed(error: BaseException) -> None:
    """Tell the client whose message a function works on that it was not accepted."""
    working_on = publishing.get()
    if working_on is None:
        return
    if isinstance(error, NotAccepted):
        working_on.refuse(error.reason)
    else:
        working_on.refuse("too large" if isinstance(error, MessageTooLarge) else "failed")
