"""Tornado's stream for a connection without TLS, with what costs nothing left out."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import deque
from collections.abc import Awaitable
from typing import Any, TypeVar

from tornado.iostream import IOStream, StreamClosedError

_Result = TypeVar("_Result")

_NOTHING: deque[Any] = deque(maxlen=0)


class Stream(IOStream):
    """
    A connection without TLS, accepted by a `BoundedServer`.

    The system is only told what it has not been told already.
    """

    # On Linux a connection has this option from the socket that has accepted it.
    _sends_at_once: bool | None = True if sys.platform == "linux" else None
    _is_let_go = False

    def set_nodelay(self, value: bool) -> None:
        """Send small pieces at once, or let the system gather them."""
        if value != self._sends_at_once:
            self._sends_at_once = value
            super().set_nodelay(value)

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        """Read up to an end; what has come as a whole, and alone, without Tornado's buffer."""
        if not (self._read_buffer_size or self.closed()):
            data = b""
            try:
                data = self.socket.recv(self.read_chunk_size)
            except BlockingIOError:
                pass
            except OSError as error:
                self.close(exc_info=error)
            end = re.search(regex, data)
            if end and end.end() == len(data) <= (max_bytes or self.max_buffer_size):
                return _done(data)
            self._read_buffer += data
            self._read_buffer_size = len(data)
        return super().read_until_regex(regex, max_bytes)

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        """Send data; as long as nothing waits, without what Tornado does for what must wait."""
        if not (self._write_futures or self.closed()):
            try:
                taken = self.socket.send(data)
            except OSError:
                taken = 0  # Tornado, which tries again, knows why it may be
            data = memoryview(data)[taken:]
            if not data:
                return _done(None)
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
        self._is_let_go = True
        if self._state is None:
            self._add_io_state(0)  # so that the loop knows of it, and waits for nothing yet
        return early

    def _maybe_add_error_listener(self) -> None:
        """Notice that the other end leaves, where the answer takes longer than a turn."""
        if self._state is not None:
            self._look_out()
        elif self._close_callback is not None:
            asyncio.get_running_loop().call_soon(self._look_out)

    def _look_out(self) -> None:
        if not self._is_let_go:
            super()._maybe_add_error_listener()


def _done(result: _Result) -> asyncio.Future[_Result]:
    done: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
    done.set_result(result)
    return done
