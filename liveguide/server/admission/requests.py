"""
Requests as Tornado reads them, for less of the processor's time each.

Who connects again and again says much the same: a line of a head that was checked once need not
be again. One timer waits for all whose request has not come, and nobody asks the system
for each answer to send it at once: it is told so when the first is sent.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from functools import lru_cache
from typing import Any, ClassVar

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

_LONGEST_KEPT = 256
"""Characters of a line that is remembered: browsers' lines are shorter, cookies may be longer."""


class Fields(HTTPHeaders):
    """The headers of a request."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header's value, of several lines joined by commas, or what stands for none."""
        values = self.get_list(name)
        if len(values) == 1:
            return values[0]
        return ",".join(values) if values else default

    def parse_line(self, line: str, **options: bool) -> None:
        """Add one line; raises HTTPInputError for what is none (RFC 9112, section 5)."""
        if len(line) > _LONGEST_KEPT:
            super().parse_line(line, **options)
            return
        for name, value in _field(line):
            if name in self:
                self.add(name, value)
            else:
                self[name] = value


@lru_cache(1024)
def _field(line: str) -> tuple[tuple[str, str], ...]:
    """Return the name and the value in a line, checked by Tornado; nothing for the empty one."""
    headers = HTTPHeaders()
    headers.parse_line(line)
    return tuple(headers.get_all())


class Awaited:
    """
    The requests whose heads have not come yet.

    One who takes too long is cut off without a word, like one who asks for nothing any more.

    Args:

        seconds: How long each may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: OrderedDict[HTTP1Connection, float] = OrderedDict()  # the first is due first
        self._timer: asyncio.TimerHandle | None = None

    def use(self, seconds: float) -> None:
        """Wait so long for each from now on, those that are awaited already too."""
        if seconds != self._seconds:
            self._seconds = seconds
            if self._timer is not None:
                self._timer.cancel()
                self._look()

    def begin(self, request: HTTP1Connection) -> None:
        """Wait for a request, until `end` is called."""
        loop = asyncio.get_running_loop()
        self._since[request] = now = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(now + self._seconds, self._look)

    def end(self, request: HTTP1Connection) -> None:
        """Note that the head of a request has come, or that none will."""
        self._since.pop(request, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._since:
            request, since = next(iter(self._since.items()))
            due = since + self._seconds
            if due > loop.time():
                self._timer = loop.call_at(due, self._look)
                return
            del self._since[request]
            request.close()


class Request(HTTP1Connection):
    """One request and its answer."""

    def __init__(
        self, stream: IOStream, params: HTTP1ConnectionParameters, context: Any, awaited: Awaited
    ) -> None:
        super().__init__(stream, False, params, context)
        self._awaited = awaited

    def _parse_headers(self, data: bytes) -> tuple[str, HTTPHeaders]:
        self._awaited.end(self)
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

    _running: ClassVar[set[asyncio.Task[None]]] = set()  # the loop holds none of its tasks itself

    def execute(self) -> Awaitable[None] | None:
        """Begin to answer."""
        if self.stream_request_body:
            return super().execute()  # it lets the body wait for `prepare`
        self.handler = self.handler_class(self.application, self.request, **self.handler_kwargs)
        transforms = [transform(self.request) for transform in self.application.transforms]
        answering = self.handler._execute(transforms, *self.path_args, **self.path_kwargs)
        task = asyncio.get_running_loop().create_task(answering)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
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
                self._awaited.begin(request)
                try:
                    goes_on = await request.read_response(answering)
                finally:
                    self._awaited.end(request)
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
