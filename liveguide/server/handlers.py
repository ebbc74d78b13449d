"""
The WebSocketHandler of a `gramex.yaml`: Tornado's, whose callbacks are an author's functions.

For each connection Tornado keeps the order: `open` first and alone, then
`on_message` for one message after the other, then `on_close` once. An
asynchronous callback is awaited before the next begins.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable
from types import TracebackType
from typing import Any

import tornado.websocket
from tornado.websocket import WebSocketClosedError, WebSocketProtocol, WebSocketProtocol13

from .callbacks import Callback, Endpoint
from .console import listening
from .ongoing import Ongoing
from .origins import Decision, decide
from .sessions import DAYS, Session, Sessions, cookie_name
from .trace import Traces, is_upgrade
from .traced import TracedProtocol

log = logging.getLogger(__name__)

INTERNAL_ERROR = 1011
"""The close code that says an author's function failed (RFC 6455, section 7.4.1)."""

_LONGEST_REASON = 123
_LONGEST_SHOWN = 200


class WebSocketHandler(tornado.websocket.WebSocketHandler):
    """
    One connection to an endpoint: what an author's functions get as `handler`.

    Attributes:

        session: A dict for the reader, `id` in it; shared by the reader's
            connections. One that leads nowhere where the page that connects
            is another site's.

        refusal: Why the handshake was refused, for the log.
    """

    def initialize(
        self,
        endpoint: Endpoint,
        sessions: Sessions,
        connections: Ongoing[tornado.websocket.WebSocketHandler],
        traces: Traces,
    ) -> None:
        # Authors keep things on the handler, so what is ours is marked.
        self._endpoint = endpoint
        self._sessions = sessions
        self._connections = connections
        self.session = Session()
        self.refusal = ""
        self._decision = Decision.REFUSED
        self._trace = traces.connection(self.request)
        self._opened = self._failed = self._told = False

    def prepare(self) -> None:
        """
        Judge the origin, find the session and ask for a user, before the upgrade.

        The origin is judged here and not in `check_origin`, which Tornado
        calls neither for the site's own origin nor before a cookie is set.
        """
        if not is_upgrade(self.request):
            return  # Tornado answers what is not a handshake
        route = self._endpoint.route
        origin = self.request.headers.get("Origin")
        own = f"{self.request.protocol}://{self.request.host}"
        self._decision = decide(origin, own, route.origins, route.auth)
        if origin == "null" and self._trace is not None:
            # The frame in which a page of ours runs edited code has no origin, but the page's key.
            self._decision = Decision.ANONYMOUS
        if self._decision is Decision.REFUSED:
            shown = (origin or "")[:_LONGEST_SHOWN]
            self.refuse(403, f"the origin {shown!r} may not connect to {own}")
            return
        cookie = None
        name = cookie_name(self.request.protocol == "https")
        if self._decision is Decision.ANONYMOUS:
            self.request.headers.pop("Cookie", None)
            self.session = Sessions.throwaway()
        else:
            self.session, cookie = self._sessions.open(name, self.get_cookie(name))
        if route.auth and not self.current_user:
            self.refuse(401, "log in to connect")
            return
        if cookie is not None:
            self.set_cookie(
                name,
                cookie,
                expires_days=DAYS,
                path="/",
                httponly=True,
                samesite="Lax",
                secure=self.request.protocol == "https",
            )

    def refuse(self, status: int, reason: str) -> None:
        """Answer the handshake with an HTTP status and a JSON body that says why."""
        self.refusal = reason
        self.set_status(status)
        self.finish({"error": reason})

    def check_origin(self, origin: str) -> bool:
        """Return what `prepare` decided."""
        return self._decision is not Decision.REFUSED

    def get_current_user(self) -> Any:
        """Return the session's user, `None` where nobody has logged in."""
        return self.session.get("user")

    def open(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Call the author's `open`; what the pattern captured is in `path_args`."""
        self._opened = True
        self._connections.add(self)
        if self._trace is not None:
            self._trace.opened(self)
        return self._call("open")

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Call the author's `on_message`, unless an earlier call has failed."""
        return None if self._failed else self._call("on_message", message)

    def on_close(self) -> None:
        """Call the author's `on_close`, once, and only after `open`."""
        if not self._opened:
            return
        self._told = True
        closing = self._call("on_close")
        if closing is None:
            self._end()
        else:
            self._closing = asyncio.ensure_future(closing)
            self._closing.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        self._connections.discard(self)
        if self._trace is not None:
            self._trace.closed(self.close_code, self.close_reason)

    def on_pong(self, data: bytes) -> None:
        """Tell the page that a ping was answered."""
        if self._trace is not None:
            self._trace.ponged(data)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return Tornado's protocol; where a page is told of this connection, one that tells."""
        protocol = super().get_websocket_protocol()
        if self._trace is None or not isinstance(protocol, WebSocketProtocol13):
            return protocol
        return TracedProtocol(protocol, self._trace)

    def write_message(
        self, message: bytes | str | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """
        Send a message, as Tornado does, but two things are quiet.

        While the connection is closing and the author's `on_close` has not
        been called yet, the message is dropped: the author can't know, and a
        broadcast must not fail in its sender because one receiver is leaving.
        After that it raises `WebSocketClosedError`. And where nobody awaits
        the result, a receiver that went away leaves no traceback in the log.
        """
        if self._opened and not self._told and self._is_leaving():
            dropped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            dropped.set_result(None)
            return dropped
        sending = super().write_message(message, binary)
        sending.add_done_callback(lambda f: f.cancelled() or f.exception())
        return sending

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what Tornado caught, but not the end of the whole server."""
        if not isinstance(value, asyncio.CancelledError):
            super().log_exception(typ, value, tb)

    def _call(self, key: str, *values: Any) -> Awaitable[None] | None:
        callback = self._endpoint.callbacks.get(key)
        if callback is None:
            return None
        # An author's sys.exit() is an error of that function, not the server's end.
        heard = listening.set(self._trace)
        try:
            result = callback.function(self, *values)
        except (Exception, SystemExit) as error:
            self._fail(callback, error)
            return None
        finally:
            listening.reset(heard)
        return self._wait(callback, result) if inspect.isawaitable(result) else None

    async def _wait(self, callback: Callback, result: Awaitable[Any]) -> None:
        heard = listening.set(self._trace)
        try:
            await result
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self._fail(callback, error)
        except (Exception, SystemExit) as error:
            self._fail(callback, error)
        finally:
            listening.reset(heard)

    def _fail(self, callback: Callback, error: BaseException) -> None:
        """Log an author's error and close this connection; all others go on."""
        if isinstance(error, WebSocketClosedError) and self._is_leaving():
            return  # an awaited message to a reader who has just left
        log.error(
            "%s failed (%s); its connection is closed with %d",
            callback.label,
            callback.place,
            INTERNAL_ERROR,
            exc_info=error,
        )
        if self._trace is not None:
            self._trace.failed(callback.label, error)
        self._failed = True
        reason = f"{callback.label} failed".encode()[:_LONGEST_REASON].decode(errors="ignore")
        self.close(INTERNAL_ERROR, reason)

    def _is_leaving(self) -> bool:
        return self.ws_connection is None or self.ws_connection.is_closing()
