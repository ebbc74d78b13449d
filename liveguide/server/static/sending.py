"""One answer of the site on its way to a client."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache
from typing import BinaryIO

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest, format_timestamp
from tornado.iostream import StreamClosedError

from ..ongoing import Ongoing
from .head import Head

_CHUNK = 64 * 1024


class Responses(Ongoing["Sending"]):
    """
    The answers that are being sent.

    Attributes:

        files: How many files are open for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.files = 0


class Sending(HTTPMessageDelegate):
    """
    Sends one answer when its request has come to its end.

    Args:

        request: The request.

        sending: Holds this answer until its last byte has left.

        head: Its status and headers; `Content-Length` says how much is sent.

        content: What is sent, where it is in memory.

        opened: The file that it is read from, if not; it is closed in the end.

        start: Where in the file to begin.
    """

    def __init__(
        self,
        request: HTTPServerRequest,
        sending: Responses,
        head: Head,
        content: bytes | None,
        opened: BinaryIO | None = None,
        start: int = 0,
    ) -> None:
        self._request = request
        self._sending = sending
        self.head = head
        self.content = content
        self._opened = opened
        if opened is not None:
            sending.files += 1
        self._start = start
        self._task: asyncio.Task[None] | None = None

    def on_connection_close(self) -> None:
        """Give up: the client has left before its request was complete."""
        self._close()

    def finish(self) -> None:
        """
        Send the answer.

        Its head is written as it is kept: `HTTP1Connection.write` takes that in the place of
        `write_headers`, which would check and encode all headers again for each answer.
        """
        connection = self._request.connection
        assert connection is not None
        date = _date(int(time.time()))
        head = b"%b%b%b\r\n" % (self.head.block, date, self._connection_line())
        if self._request.method == "HEAD" or self.content is not None:
            self._close()
            content = b"" if self._request.method == "HEAD" else self.content or b""
            sent = connection.write(head + content)
            connection.finish()
            if not sent.done():
                self._sending.add(self)
                sent.add_done_callback(lambda _: self._sending.discard(self))
        else:
            self._sending.add(self)
            connection.write(head)
            length = int(self.head.headers["Content-Length"])
            self._task = asyncio.create_task(self._send_file(length))

    def _connection_line(self) -> bytes:
        """Return what is to be said of how the connection goes on, as Tornado decides that."""
        asked = self._request.headers.get("Connection", "").lower()
        if self._request.version == "HTTP/1.1":
            return b"Connection: close\r\n" if asked == "close" else b""
        return b"Connection: Keep-Alive\r\n" if asked == "keep-alive" else b""

    async def _send_file(self, left: int) -> None:
        """Send what is not in memory, no faster than the client takes it."""
        connection, opened = self._request.connection, self._opened
        assert connection is not None
        assert opened is not None
        try:
            opened.seek(self._start)
            while left and (chunk := opened.read(min(_CHUNK, left))):
                left -= len(chunk)
                await connection.write(chunk)
            if left and isinstance(connection, HTTP1Connection):
                connection.close()  # the file was cut off meanwhile: nobody must wait for the rest
            else:
                connection.finish()
        except StreamClosedError:
            pass
        finally:
            self._close()
            self._sending.discard(self)

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
            self._sending.files -= 1


@lru_cache(maxsize=1)
def _date(now: int) -> bytes:
    return f"Date: {format_timestamp(now)}\r\n".encode()
