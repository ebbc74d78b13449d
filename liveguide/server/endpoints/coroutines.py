"""
Endpoints as coroutines: one async function is the whole conversation.

The function is called with a `WebSocket`, which it accepts, iterates over and
closes by returning. A *hybrid* function, whose first parameter has the default
`None`, answers plain GETs as well.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import tornado.websocket
from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from ..calls import only_closed
from ..close_codes import INTERNAL_ERROR, NORMAL_CLOSURE
from ..wire.handshake import is_upgrade
from ..wire.protocol import WireProtocol

log = logging.getLogger(__name__)

MOST_WAITING = 16
"""Messages that wait for the function; while there are so many, no more are read."""

GRACE = 5.0
"""Seconds that a function may go on after its client has left; then it is cancelled."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; frame-ancestors 'self'"
)
"""The Content-Security-Policy of the page that a hybrid function answers with."""

_FORBIDDEN = 403


class WebSocket:
    """
    One connection, as its function sees it.

    Attributes:

        request: The handshake, Tornado's `HTTPServerRequest`.

        client: The address and the port at the other end.

        subprotocols: What the client offers, in its order of preference.

        session: As `handler.session`; `current_user`, `args` and `path_args` likewise.
    """

    def __init__(self, handler: CoroutineHandler) -> None:
        self._handler = handler
        # Of a class with these, see connection.py.
        guarded: Any = handler
        self.session: dict[str, Any] = guarded.session
        self.args: dict[str, list[str]] = guarded.args
        self.current_user: Any = handler.current_user
        self.path_args = handler.path_args
        self.request: HTTPServerRequest = handler.request
        self.client = (self.request.remote_ip or "", _port(self.request))
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        self.subprotocols = [name.strip() for name in offered.split(",") if name.strip()]
        loop = asyncio.get_running_loop()
        self._asked: asyncio.Future[bool] = loop.create_future()
        self._opened: asyncio.Future[None] = loop.create_future()
        self._chosen: str | None = None
        self._messages: deque[str | bytes] = deque()
        self._receiver: asyncio.Future[str | bytes] | None = None
        self._room: asyncio.Future[None] | None = None
        self._is_closed = False

    @property
    def _liveguide_handler(self) -> CoroutineHandler:
        """What joins a room where this does."""
        return self._handler

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that was chosen in `accept`."""
        return self._chosen

    @property
    def close_code(self) -> int | None:
        """The code that the client closed with, once it has."""
        return self._handler.close_code

    @property
    def close_reason(self) -> str | None:
        """The reason that the client gave, if any."""
        return self._handler.close_reason

    async def accept(self, subprotocol: str | None = None) -> None:
        """
        Answer the handshake with "101 Switching Protocols".

        Args:

            subprotocol: One of `subprotocols`, or `None`.

        Raises:

            ValueError: The client did not offer this subprotocol.

            WebSocketClosedError: The client is not there any more.
        """
        if self._is_closed:
            raise WebSocketClosedError
        if self._asked.done():
            raise RuntimeError("this WebSocket is accepted already")
        if subprotocol is not None and subprotocol not in self.subprotocols:
            raise ValueError(f"the client did not offer {subprotocol!r}, but {self.subprotocols}")
        self._chosen = subprotocol
        self._asked.set_result(True)
        await self._opened

    async def receive(self) -> str | bytes:
        """
        Return the next message: text, or bytes where it is binary.

        Raises:

            WebSocketClosedError: The connection has ended, and all messages were received.
        """
        self._must_be_accepted("receiving")
        if self._messages:
            message = self._messages.popleft()
            if len(self._messages) < MOST_WAITING:
                self._make_room()
            return message
        if self._is_closed:
            await asyncio.sleep(0)  # for one who asks again and again: others must be served
            raise WebSocketClosedError
        if self._receiver is not None:
            raise RuntimeError("two tasks can't receive from one WebSocket at once")
        receiver: asyncio.Future[str | bytes] = asyncio.get_running_loop().create_future()
        self._receiver = receiver
        try:
            return await receiver
        except asyncio.CancelledError:
            if receiver.done() and not receiver.cancelled() and receiver.exception() is None:
                self._messages.appendleft(receiver.result())  # came in the very same moment
            raise
        finally:
            self._receiver = None

    async def send(self, message: str | bytes | dict[str, Any]) -> None:
        """
        Send a message: text, a dict as JSON, or bytes as a binary message.

        It waits while the client reads too slowly.

        Raises:

            WebSocketClosedError: The connection has ended.
        """
        self._must_be_accepted("sending")
        try:
            await self._handler.write_message(message, isinstance(message, bytes))
            # Nothing waits while the client reads: a loop of sends would keep all others waiting.
            await asyncio.sleep(0)
        except WebSocketClosedError:
            await asyncio.sleep(0)  # as in `receive`
            raise

    async def ping(self, data: bytes = b"") -> None:
        """Send a ping of at most 125 bytes."""
        self._must_be_accepted("sending")
        self._handler.ping(data)

    async def close(self, code: int = NORMAL_CLOSURE, reason: str = "") -> None:
        """
        Close the connection.

        Args:

            code: A close code (RFC 6455, section 7.4).

            reason: Why, in at most 123 bytes.
        """
        self._handler.close(code, reason)
        self._end()

    def __aiter__(self) -> AsyncIterator[str | bytes]:
        return self

    async def __anext__(self) -> str | bytes:
        if not self._asked.done():
            await self.accept()
        try:
            return await self.receive()
        except WebSocketClosedError:
            raise StopAsyncIteration from None

    def _must_be_accepted(self, before: str) -> None:
        if not self._opened.done():
            raise RuntimeError(f"accept this WebSocket before {before}: await websocket.accept()")

    def _arrived(self, message: str | bytes) -> asyncio.Future[None] | None:
        """Take a message; return what to wait for before the next is read."""
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(message)
            return None
        if self._is_closed:
            return None
        self._messages.append(message)
        if len(self._messages) < MOST_WAITING:
            return None
        self._room = asyncio.get_running_loop().create_future()
        return self._room

    def _end(self) -> None:
        """Wake whoever waits: no more messages come."""
        self._is_closed = True
        for waiting in (self._receiver, self._opened):
            if waiting is not None and not waiting.done():
                waiting.set_exception(WebSocketClosedError())
                waiting.exception()  # there may be nobody who waits
        if not self._asked.done():
            self._asked.set_result(False)
        self._make_room()

    def _make_room(self) -> None:
        """Let the next message be read."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None


class CoroutineHandler(tornado.websocket.WebSocketHandler):
    """Tornado's handler, which an author's async function speaks through."""

    # Which of its messages a function is done with, nobody can know: none could be accepted.
    _liveguide_resumes = False

    def initialize(
        self, function: Callable[..., Any], arguments: Mapping[str, Any], wants_request: bool
    ) -> None:
        self._function = function
        self._arguments = arguments
        self._wants_request = wants_request
        self._websocket: WebSocket | None = None
        self._talk: asyncio.Task[None] | None = None
        self._refusal: BaseException | None = None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Start the function, and do the handshake when it accepts."""
        if not is_upgrade(self.request):
            await self._answer_with_page()
            return
        self._websocket = websocket = WebSocket(self)
        self._talk = asyncio.ensure_future(self._run(websocket))
        try:
            if not await websocket._asked:
                raise self._refusal or HTTPError(_FORBIDDEN, "its function did not accept it")
            await super().get(*args, **kwargs)
        finally:
            websocket._end()
            self._ending = asyncio.ensure_future(_end_soon(self._talk))

    async def head(self, *args: Any, **kwargs: Any) -> None:
        """Answer for a page as GET does, but for the page."""
        await self._answer_with_page()

    def check_origin(self, origin: str) -> bool:
        """Let in what `origins` does not forbid."""
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return what the function chose."""
        return None if self._websocket is None else self._websocket.subprotocol

    def open(self, *args: str, **kwargs: str) -> None:
        """Let the function go on from its `accept`."""
        websocket, protocol = self._websocket, self.ws_connection
        if websocket is None or websocket._opened.done():
            return
        websocket._opened.set_result(None)
        if isinstance(protocol, WireProtocol):
            # Before `on_connection_close`, which waits until there is room for a message.
            protocol.ended.add_done_callback(lambda _: websocket._end())

    def on_message(self, message: str | bytes) -> asyncio.Future[None] | None:
        """Hand a message to the function; while too many wait, none is read."""
        return None if self._websocket is None else self._websocket._arrived(message)

    def on_connection_close(self) -> None:
        """Tell the function, also where the client leaves before it is accepted."""
        if self._websocket is not None:
            self._websocket._end()
        elif self._talk is not None:
            self._talk.cancel()  # a page that nobody waits for any more
        super().on_connection_close()

    async def on_close(self) -> None:  # type: ignore[override]  # Tornado awaits it
        """Wait for the function's end, and see to it."""
        if self._talk is not None:
            await _end_soon(self._talk)

    async def _run(self, websocket: WebSocket) -> None:
        """Run the function to its end, and close."""
        code = INTERNAL_ERROR
        try:
            result = self._call(websocket)
            if inspect.isawaitable(result):
                await result
            else:
                async for _ in result:
                    raise TypeError("a page can't be sent on a WebSocket; return before 'yield'")
            code = NORMAL_CLOSURE
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self._failed(websocket, error)  # something that it awaited was cancelled, not itself
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._failed(websocket, error)
        finally:
            if websocket._opened.done() and not websocket._is_closed:
                self.close(code)
            websocket._end()

    def _failed(self, websocket: WebSocket, error: BaseException) -> None:
        """Refuse the handshake; after it, close with 1011, unless the client has just left."""
        if not websocket._asked.done():
            self._refusal = error
        elif not (websocket._is_closed and only_closed(error)):
            guarded: Any = self
            guarded._liveguide_fail("function", error)

    def _call(self, websocket: WebSocket | None) -> Any:
        given = {"request": self.request} if self._wants_request else {}
        return self._function(websocket, **given, **self._arguments)

    async def _answer_with_page(self) -> None:
        """Answer a plain GET with what a hybrid function returns or yields."""
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Security-Policy", PAGE_POLICY)
        self._talk = page = asyncio.ensure_future(self._write_page())
        await asyncio.wait({page})
        error = None if page.cancelled() else page.exception()
        if error is None or isinstance(error, StreamClosedError):
            return
        if not self._headers_written:
            raise error
        # So that a page which was cut short does not look like a whole one.
        self.log_exception(type(error), error, error.__traceback__)
        self.detach().close()

    async def _write_page(self) -> None:
        try:
            result = self._call(None)
            if inspect.isawaitable(result):
                page = await result
                if not isinstance(page, str | bytes):
                    raise TypeError(f"a page is str or bytes, not {page!r:.100}")
                self.write(page)
                return
            async with aclosing(result):
                async for piece in result:
                    self.write(piece)
                    await self.flush()
        except SystemExit as error:  # which would end the server, were it to leave this task
            raise RuntimeError("an author's function called sys.exit()") from error


async def _end_soon(task: asyncio.Task[None]) -> None:
    """Let a task end by itself, for a while, then cancel it."""
    await asyncio.wait({task}, timeout=GRACE)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    if not task.done():
        log.error("%s goes on, though it was cancelled", task.get_coro())


def _port(request: HTTPServerRequest) -> int:
    address = getattr(getattr(request.connection, "context", None), "address", None)
    return int(address[1]) if isinstance(address, tuple) and len(address) > 1 else 0
