"""One answer of the site on its way to a client."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache
from http.client import responses
from typing import BinaryIO

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    ResponseStartLine,
    format_timestamp,
)
from tornado.iostream import StreamClosedError

from .ongoing import Ongoing

_CHUNK = 64 * 1024


class Sending(HTTPMessageDelegate):
    """
    Sends one answer when its request has come to its end.

    Args:

        request: The request.

        sending: Holds this answer until its last byte has left.

        status: The status of the answer.

        headers: Its headers, which other answers may share; `Content-Length` says how
            much is sent.

        content: What is sent, where it is in memory.

        opened: The file that it is read from, if not; it is closed in the end.

        start: Where in the file to begin.
    """

    def __init__(
        self,
        request: HTTPServerRequest,
        sending: Ongoing[Sending],
        status: int,
        headers: HTTPHeaders,
        content: bytes | None,
        opened: BinaryIO | None = None,
        start: int = 0,
    ) -> None:
        self._request = request
        self._sending = sending
        self.status = status
        self.headers = headers
        self.content = content
        self._opened = opened
        self._start = start
        self._task: asyncio.Task[None] | None = None

    def on_connection_close(self) -> None:
        """Give up: the client has left before its request was complete."""
        if self._opened is not None:
            self._opened.close()

    def finish(self) -> None:
        """Send the answer."""
        connection = self._request.connection
        assert connection is not None
        self.headers["Date"] = _date(int(time.time()))
        line = ResponseStartLine("HTTP/1.1", self.status, responses[self.status])
        if self._request.method == "HEAD" or self.content is not None:
            self.on_connection_close()
            content = None if self._request.method == "HEAD" else self.content
            sent = connection.write_headers(line, self.headers, content)
            connection.finish()
            if not sent.done():
                self._sending.add(self)
                sent.add_done_callback(lambda _: self._sending.discard(self))
        else:
            self._sending.add(self)
            connection.write_headers(line, self.headers)
            self._task = asyncio.create_task(self._send_file(int(self.headers["Content-Length"])))
        # Tornado may have said how this connection goes on, and others go on otherwise.
        self.headers.pop("Connection", None)

    async def _send_file(self, left: int) -> None:
        """Send what is not in memory, no faster than the client takes it."""
        connection, opened = self._request.connection, self._opened
        assert connection is not None
        assert opened is not None
        try:
            with opened:
                opened.seek(self._start)
                while left and (chunk := opened.read(min(_CHUNK, left))):
                    left -= len(chunk)
                    await connection.write(chunk)
                connection.finish()
        except StreamClosedError:
            pass
        finally:
            self._sending.discard(self)


@lru_cache(maxsize=1)
def _date(now: int) -> str:
    return format_timestamp(now)
