"""One client: its connection, what it publishes, and what it hears."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from functools import cache
from typing import TYPE_CHECKING

from picows import (
    WSCloseCode,
    WSError,
    WSFrame,
    WSHandshakeError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from .marks import Mark
from .tally import Hearing

if TYPE_CHECKING:
    from .run import Run

SECONDS_TO_CONNECT = 10
_LARGEST_FRAME = 64 * 1024 * 1024

_TEXT, _MORE, _CLOSE = WSMsgType.TEXT, WSMsgType.CONTINUATION, WSMsgType.CLOSE
_DATA = (_TEXT, WSMsgType.BINARY, _MORE)
NORMAL, NO_CODE, CUT = 1000, 1005, 1006


class Refused(Exception):
    """A client could not connect; the text says why, and is the same for the same reason."""


class Client(WSListener):
    """
    A client that sends and hears plain messages.

    Args:

        run: The run that it is part of.

        number: Which of the clients it is.

    Attributes:

        is_open: Whether it is connected.

        closed: Set when it has no connection, and will have none.
    """

    def __init__(self, run: Run, number: int) -> None:
        self._run = run
        self._number = number
        self._hearing: Hearing | None = None
        self._transport: WSTransport | None = None
        self._publishes = False
        self._is_paused = False
        self._is_queued = False  # among those who may publish
        self._is_leaving = False
        self._parts: list[bytes] = []
        self._close_code: int | None = None
        self.is_open = False
        self.closed = asyncio.Event()

    @property
    def waits(self) -> bool:
        """Whether it sent a message that the server is yet to accept."""
        return False

    async def connect(self) -> None:
        """
        Open the connection.

        Raises:

            Refused: The server can't be reached, or does not let it in.
        """
        await self._open(self._address())

    def meet(self, number: int, hearing: Hearing, *, publishes: bool) -> None:
        """Take part: as the client of this *number*, which may be a publisher."""
        self._number = number
        self._hearing = hearing
        self._publishes = publishes
        self._be_ready()

    def publish(self) -> None:
        """Send the next message. It is among those who may, and is so again when it can."""
        self._is_queued = False
        if self._may_publish():
            self._send(self._next_text())
            self._run.tally.due[self._number] += 1
            self._be_ready()

    def close(self) -> None:
        """Begin to leave."""
        self._is_leaving = True
        if self.is_open and self._transport is not None:
            self._transport.send_close(WSCloseCode.OK)
        else:
            self.closed.set()

    def abort(self) -> None:
        """Leave at once."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def received(self, message: bytes) -> None:
        """Take a whole message."""
        self._hear(message)

    def _address(self) -> str:
        addresses = self._run.plan.addresses
        return addresses[self._number % len(addresses)]

    async def _open(self, address: str) -> None:
        context = _tls() if address.startswith("wss:") else None
        try:
            async with asyncio.timeout(
                SECONDS_TO_CONNECT + 1
            ):  # the library's is for the handshake
                transport, _ = await ws_connect(
                    lambda: self,
                    address,
                    ssl_context=context,
                    websocket_handshake_timeout=SECONDS_TO_CONNECT,
                    extra_headers=self._run.plan.headers,
                    max_frame_size=_LARGEST_FRAME,
                    max_redirects=0,
                )
        except WSHandshakeError as error:
            status = getattr(error.response, "status", None)
            raise Refused(f"answered with status {int(status)}" if status else str(error)) from None
        except TimeoutError:
            raise Refused(f"no answer within {SECONDS_TO_CONNECT} seconds") from None
        except (OSError, WSError) as error:
            raise Refused(_reason(error)) from None
        if transport is not self._transport:  # the library takes no answer for one
            raise Refused("closed without an answer")

    def _next_text(self) -> str:
        """Count a message, and return its text."""
        sent = self._run.tally.sent
        number = sent[self._number]
        sent[self._number] += 1
        self._run.numbers.sent += 1
        return self._run.marks.text(Mark(self._number, number, _now()))

    def _send(self, text: str) -> None:
        assert self._transport is not None
        self._transport.send(_TEXT, text.encode())

    def _may_publish(self) -> bool:
        return self._publishes and self.is_open and not self._is_paused

    def _be_ready(self) -> None:
        """Stand in line to publish, if it may."""
        if self._may_publish() and not self._is_queued:
            self._is_queued = True
            self._run.ready.append(self)

    def _hear(self, message: bytes, *, behind: bool = False) -> None:
        """Look for a mark in a message, and note what was heard."""
        run = self._run
        mark = run.marks.find(message)
        if mark is None or self._hearing is None:
            run.numbers.others += 1
            return
        now = _now()
        if self._hearing.hear(mark.sender, mark.number, behind=behind):
            run.recent.add(now - mark.sent_at)
            run.last_heard_at = now

    # What the library calls.

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take the connection."""
        self._transport = transport
        self._close_code = None
        self._parts.clear()
        self._is_paused = False
        self.is_open = True
        if self._is_leaving:
            transport.send_close(WSCloseCode.OK)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame; pings are answered below."""
        kind = frame.msg_type
        if kind in _DATA:
            payload = frame.get_payload_as_bytes()
            if kind == _MORE or not frame.fin:
                self._parts.append(payload)
                if not frame.fin:
                    return
                payload = b"".join(self._parts)
                self._parts.clear()
            self.received(payload)
        elif kind == _CLOSE:
            code = frame.get_payload_as_bytes()[:2]
            self._close_code = int.from_bytes(code, "big") if code else NO_CODE
            self.is_open = False
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Note that the connection is over, and why, unless the client itself has left."""
        if transport is not self._transport:
            return  # an older one
        self.is_open = False
        code = CUT if self._close_code is None else self._close_code
        if self._is_leaving:
            self.closed.set()
        else:
            self._run.numbers.closes[code] += 1
            self._lost(code)

    def pause_writing(self) -> None:
        """Stop publishing: the server does not read."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Publish again."""
        self._is_paused = False
        self._be_ready()

    def _lost(self, code: int) -> None:
        """Act on a connection that ended by itself: a plain client does not come back."""
        self.closed.set()


def _reason(error: Exception) -> str:
    """Return why a connection failed, the same for all addresses and ports."""
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)


def _now() -> int:
    """Return the time in microseconds, on a clock that all processes of a machine share."""
    return time.monotonic_ns() // 1000


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
