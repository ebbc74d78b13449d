"""Tornado's stream for a connection without TLS, with what costs nothing left out."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from tornado.iostream import IOStream, StreamClosedError

_NOTHING: deque[Any] = deque(maxlen=0)


class Stream(IOStream):
    """A connection without TLS; the system is only told what it has not been told already."""

    _sends_at_once: bool | None = None

    def set_nodelay(self, value: bool) -> None:
        """Send small pieces at once, or let the system gather them."""
        if value != self._sends_at_once:
            self._sends_at_once = value
            super().set_nodelay(value)

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        """Send data; as long as nothing waits, without what Tornado does for what must wait."""
        if not (self._write_futures or self.closed()):
            try:
                taken = self.socket.send(data)
            except OSError:
                taken = 0  # Tornado, which tries again, knows why it may be
            data = memoryview(data)[taken:]
            if not data:
                self._maybe_add_error_listener()
                sent: asyncio.Future[None] = asyncio.Future()
                sent.set_result(None)
                return sent
        return super().write(data)

    def let_go(self) -> bytes:
        """
        Return what was read already, and keep nothing for reading and writing: a `Channel` does it.

        Raises:

            StreamClosedError: The client has left.
        """
        if self.closed():
            raise StreamClosedError
        early = bytes(self._read_buffer)
        self._read_buffer = bytearray()
        self._read_buffer_size = 0
        self._write_futures = _NOTHING
        self._write_buffer._buffers = _NOTHING
        return early
