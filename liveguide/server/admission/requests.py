"""
Requests as Tornado reads them, for less of the processor's time each.

The head of a handshake's answer is written as a whole, one timer waits for all whose request has
not come, and an answer is made in one task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from tornado.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from tornado.httputil import (
    HTTPHeaders,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError, UnsatisfiableReadError
from tornado.log import gen_log
from tornado.web import _HandlerDelegate

from ..delay import Delay
from .fields import Fields


class Awaited(Delay[HTTP1Connection]):
    """
    The requests whose heads have not come yet.

    One who takes too long is cut off without a word, like one who asks for nothing any more.

    Args:

        seconds: How long each may take.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds, HTTP1Connection.close)


class Request(HTTP1Connection):
    """One request and its answer."""

    def __init__(
        self, stream: IOStream, params: HTTP1ConnectionParameters, context: Any, awaited: Awaited
    ) -> None:
        super().__init__(stream, False, params, context)
        self._awaited = awaited

    def _parse_headers(self, data: bytes) -> tuple[str, HTTPHeaders]:
        self._awaited.discard(self)
        text = data.decode("latin1").lstrip("\r\n")  # an empty line may come first (RFC 9112, 2.2)
        end = text.find("\n")
        return text[:end].rstrip("\r"), Fields.parse(text[end:])

    def write_headers(
        self,
        start_line: RequestStartLine | ResponseStartLine,
        headers: HTTPHeaders,
        chunk: bytes | None = None,
    ) -> asyncio.Future[None]:
        """Send the head of an answer; that of a handshake, which nothing follows, at once."""
        if not isinstance(start_line, ResponseStartLine) or start_line.code != 101:
            return super().write_headers(start_line, headers, chunk)
        lines = [f"HTTP/1.1 101 {start_line.reason}"]
        lines += [f"{name}: {value}" for name, value in headers.get_all()]
        head = "\r\n".join(lines)
        if not head.count("\r") == head.count("\n") == len(lines) - 1:
            # Which one is not said: it is logged, and the session's cookie is one of them.
            raise ValueError("a line break in a header of a handshake")
        return self.write(f"{head}\r\n\r\n".encode("latin-1"))

    # As Tornado's, but for Nagle's algorithm, which it switches on for the next request.
    def _finish_request(self, future: asyncio.Future[None] | None) -> None:
        self._clear_callbacks()
        if self._disconnect_on_finish:
            self.close()
        elif not self._finish_future.done():
            self._finish_future.set_result(None)


class OneTask(_HandlerDelegate):
    """Has a request answered by its handler in one task, without what Tornado puts around it."""

    def execute(self) -> Awaitable[None] | None:
        """Begin to answer."""
        if self.stream_request_body:
            return super().execute()  # it lets the body wait for `prepare`
        self.handler = self.handler_class(self.application, self.request, **self.handler_kwargs)
        transforms = [transform(self.request) for transform in self.application.transforms]
        answering = self.handler._execute(transforms, *self.path_args, **self.path_kwargs)
        # Held, as at Tornado, by what it waits for.
        asyncio.get_running_loop().create_task(answering)
        return None


class RequestsConnection(HTTP1ServerConnection):
    """
    A connection on which requests come, one after the other.

    Args:

        stream: Its bytes.

        params: The limits of a request. Its `header_timeout` is None: *awaited* sees to that.

        context: What Tornado knows of the other end.

        awaited: Where requests are waited for.

    Attributes:

        since: When it was accepted, by the event loop's clock.
    """

    def __init__(
        self,
        stream: IOStream,
        params: HTTP1ConnectionParameters,
        context: object,
        awaited: Awaited,
    ) -> None:
        super().__init__(stream, params, context)
        self._awaited = awaited
        self.since = asyncio.get_running_loop().time()
        self._is_new = True
        self._answered: asyncio.Future[None] | None = None

    def answered(self) -> asyncio.Future[None]:
        """Return what is done when its first request was answered, or none will come."""
        self._answered = answered = asyncio.get_running_loop().create_future()
        if not self._is_new:
            answered.set_result(None)
        return answered

    def start_serving(self, delegate: HTTPServerConnectionDelegate) -> None:
        """Serve requests, in one task without what Tornado puts around it."""
        loop = asyncio.get_running_loop()
        self._serving_future = loop.create_task(self._server_request_loop(delegate))

    async def _server_request_loop(self, delegate: HTTPServerConnectionDelegate) -> None:
        try:
            while True:
                request = Request(self.stream, self.params, self.context, self._awaited)
                answering = delegate.start_request(self, request)
                self._awaited.add(request)
                try:
                    goes_on = await request.read_response(answering)
                finally:
                    self._awaited.discard(request)
                    self._is_new = False
                    if self._answered is not None and not self._answered.done():
                        self._answered.set_result(None)
                if not goes_on:
                    return
                await asyncio.sleep(0)  # others have their turn
        except (StreamClosedError, UnsatisfiableReadError, asyncio.CancelledError):
            return
        except Exception:
            gen_log.error("Uncaught exception", exc_info=True)
            self.stream.close()
        finally:
            delegate.on_close(self)
