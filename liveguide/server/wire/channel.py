"""
Tornado's stream, driven by events: read when there is something, write at once where that works.

An IOStream makes a future for each read and for each write, and asks the system
anew what to wait for. Here asyncio's loop calls when there is something to read, for
as long as the connection lasts, and what is sent and read goes to and from the socket
without a detour. The stream still owns the socket, and does what differs with TLS.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from typing import cast

from tornado.iostream import IOStream
from tornado.platform.asyncio import BaseAsyncIOLoop

_AT_ONCE = 64 * 1024
"""Bytes that are read at once, at most."""

_NO_LINGER = struct.pack("ii", 1, 0)

_TCP_INFO = struct.Struct("2xB53xI")
"""Of the beginning of Linux' `struct tcp_info`, the fields `tcpi_retransmits` and
`tcpi_last_ack_recv`, which is in milliseconds."""

_buffer = bytearray(_AT_ONCE)  # for all connections: what is read is taken out at once
_view = memoryview(_buffer)


class Channel:
    """
    The bytes of one connection; on one that is closed, every method does nothing.

    Args:

        stream: The stream, which nobody reads from or writes to any more.

        readable: Called when `read` may return something.

        writable: Called when `send` may take something, after `wait_to_write`.

    Attributes:

        send: Returns how many bytes the system takes of what it is given, from the first on.
            Raises BlockingIOError where it takes none now, OSError where the connection is broken.
    """

    __slots__ = (
        "_is_tls",
        "_loop",
        "_number",
        "_readable",
        "_socket",
        "_stream",
        "_writable",
        "send",
    )

    def __init__(
        self, stream: IOStream, readable: Callable[[], None], writable: Callable[[], None]
    ) -> None:
        self._stream = stream
        self._readable = readable
        self._writable = writable
        # The socket's own method, without one of ours around it: a broadcast is little else.
        self._socket = stream.socket
        self._is_tls = isinstance(stream.socket, ssl.SSLSocket)
        self.send: Callable[[bytes | memoryview], int] = (
            self._send_by_tls if self._is_tls else stream.socket.send
        )
        # Tornado's loop notes who is waited for, so that the stream, when it closes, ends that.
        self._loop = cast(BaseAsyncIOLoop, stream.io_loop)
        self._number, _ = self._loop.split_fd(stream.fileno())
        # In the stream's place, which the system need not be told; and in the connection's own
        # context (see calls.py).
        self._loop.readers.discard(self._number)
        self.wait_to_read(True)

    def read(self) -> bytes | None:
        """
        Return what has come; `None` where nothing has, and `b""` at the end.

        Raises:

            OSError: The connection is broken.
        """
        if not self._is_tls:
            try:
                return self._socket.recv(_AT_ONCE)
            except BlockingIOError:
                return None
        if self._stream.closed():
            return b""
        size = self._stream.read_from_fd(_buffer)
        return None if size is None else _view[:size].tobytes()

    def wait_to_read(self, waits: bool) -> None:
        """Call `readable` from now on, or not."""
        loop, number = self._loop, self._number
        if waits == (number in loop.readers) or self._stream.closed():
            return
        if waits:
            loop.selector_loop.add_reader(number, self._readable)
            loop.readers.add(number)
        else:
            loop.selector_loop.remove_reader(number)
            loop.readers.discard(number)

    def wait_to_write(self, waits: bool) -> None:
        """Call `writable` from now on, or not."""
        loop, number = self._loop, self._number
        if waits == (number in loop.writers) or self._stream.closed():
            return
        if waits:
            loop.selector_loop.add_writer(number, self._writable)
            loop.writers.add(number)
        else:
            loop.selector_loop.remove_writer(number)
            loop.writers.discard(number)

    def has_more(self) -> bool:
        """Say whether there is something to read that the system won't tell of: TLS keeps some."""
        held = self._stream.socket
        return isinstance(held, ssl.SSLSocket) and held.pending() > 0

    def has_left(self, seconds: float) -> bool:
        """
        Say whether the other end is gone, though not all that it sent is read.

        It has closed the connection, or (as far as Linux says so) acknowledges nothing for so long
        of what is sent to it.
        """
        if self._stream.closed():
            return True
        poll = select.poll()
        if sys.platform != "linux":
            poll.register(self._stream.fileno(), 0)
            return bool(poll.poll(0))
        poll.register(self._stream.fileno(), select.POLLRDHUP)
        told = self._stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
        retransmits, silent = _TCP_INFO.unpack(told)
        return bool(poll.poll(0)) or (retransmits > 0 and silent >= seconds * 1000)

    def forget_sent(self) -> None:
        """Have the system forget, when the stream is closed, what the other end has not read."""
        if not self._stream.closed():
            self._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)

    def end_writing(self) -> None:
        """Say that nothing more is sent; what the other end has sent may still be read."""
        if self._stream.closed():
            return
        try:
            self._stream.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._stream.close()

    def close(self) -> None:
        """Call nobody any more: the stream is closed."""
        self._readable = self._writable = nobody

    def _send_by_tls(self, data: bytes | memoryview) -> int:
        if self._stream.closed():
            raise BrokenPipeError
        return self._stream.write_to_fd(data)  # type: ignore[arg-type]  # bytes do as well


def nobody() -> None:
    """Stand for who is not called any more, so that nothing that has ended holds itself."""
