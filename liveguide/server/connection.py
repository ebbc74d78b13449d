"""
What every endpoint's connections share, whatever style their author writes them in.

Before the handshake: the origin is judged, the session found, the author's
`on_request` asked, a user asked for. After it: the author's functions are called
(`calls.py`), within the limits, until the connection ends.

`GuardedConnection` stands in front of a handler's class, which may be an author's own,
in the order of method resolution. What is private here has two underscores, so
that no name of an author's class is taken.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from http import HTTPStatus
from types import TracebackType
from typing import Any

import tornado.websocket
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import HTTPError
from tornado.websocket import WebSocketProtocol

from ..rooms.engine import NotAccepted
from ..rooms.envelope import BadMessage, read_sent
from ..rooms.resuming import Resuming
from ..rooms.rooms import rooms
from .admission.admission import Admission
from .admission.origins import Decision, decide
from .admission.rates import Rate
from .admission.refusals import Refusal, answer
from .calls import AuthorsCalls
from .close_codes import ABNORMAL_CLOSURE, POLICY_VIOLATION
from .connections import Connections
from .endpoints.callbacks import Callback
from .endpoints.leftovers import clear, working
from .endpoints.route import ON_REQUEST, Route
from .ongoing import Answering
from .reporting.counts import Counts
from .resuming import ResumingProtocol, publish, resuming
from .sessions.cookies import cookie_name
from .sessions.endings import Endings
from .sessions.session import Session
from .sessions.sessions import SESSIONS_AWAY, Sessions
from .tracing.console import listening
from .tracing.traces import Traces
from .wire.handshake import is_upgrade
from .wire.outgoing import QueueLimits
from .wire.protocol import WireProtocol, wire_protocol

log = logging.getLogger(__name__)

_FRAMES = 10
"""How many control frames, or fragments of messages, may come for each message that may."""

_UPGRADE = Refusal(426, "upgrade", "this is a WebSocket; connect to it with new WebSocket(...)")
_LONGEST_REASON = 123
_SESSIONS_WAIT = 5  # seconds
_LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Shared:
    """What the endpoints of one application have in common."""

    sessions: Sessions
    connections: Connections
    traces: Traces
    counts: Counts
    admission: Admission
    endings: Endings
    answering: Answering


@dataclass(frozen=True)
class Endpoint:
    """
    A route, and what answers there.

    Attributes:

        route: The route.

        handler: The class of its connections, with `GuardedConnection` in front.

        arguments: What the class behind `GuardedConnection` is initialised with.

        callbacks: The author's functions by their keys; what they are called in messages.

        answers_pages: Whether a plain GET is answered too.
    """

    route: Route
    handler: type[GuardedConnection]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    callbacks: Mapping[str, Callback] = field(default_factory=dict)
    answers_pages: bool = False


class GuardedConnection(AuthorsCalls):
    """
    One connection to an endpoint: what an author's functions get as `handler`.

    Attributes:

        session: A dict for the reader, `id` in it; shared by the reader's
            connections. One that leads nowhere where the page that connects
            is another site's.

        args: What the address asks for, a list of texts for each name, as in Gramex.

        refusal: Why the handshake was refused, as the reader is told.

        refusal_kind: The same in one word, where the status does not say it.

        logged_refusal: The same, as the log is told, where that differs.
    """

    __failure: Exception | None = None
    """What the author's class raised while this connection was made, for `prepare` to raise."""

    __cookie: str | None = None
    """The value of the session's cookie, where the answer must set it."""

    def initialize(self, endpoint: Endpoint, shared: Shared, limits: Mapping[str, float]) -> None:
        traced = shared.traces.connection(self.request)
        self._liveguide_begin(endpoint, shared.counts, traced, shared.sessions)
        self.__limits = limits
        rate = limits["message_rate"]
        self.__rate = Rate(rate, limits["message_burst"]) if rate else None
        self.__shared = shared
        self.__decision = Decision.REFUSED
        self.__opened = self.__gone = self.__told = False
        self.__wire: WireProtocol | None = None  # `close` takes it from `ws_connection`
        self.__asking: asyncio.Future[Any] | None = None
        self.args = _arguments(self.request)
        self._liveguide_resuming = resuming(self)
        self.refusal = self.refusal_kind = self.logged_refusal = ""
        try:
            with _no_exit:
                super().initialize(**endpoint.arguments)
        except Exception as error:
            self.__failure = error  # here, Tornado would cut the connection without an answer

    @cached_property
    def session(self) -> dict[str, Any]:  # type: ignore[override]  # it can be set, too
        """The reader's, which `prepare` finds; until then, and for a stranger, a throwaway."""
        return self.__session

    @cached_property
    def __session(self) -> Session:
        return Sessions.throwaway()

    def set_default_headers(self) -> None:
        """Set what the author's class sets; Tornado asks before `initialize`, and for an error."""
        try:
            with _no_exit:
                super().set_default_headers()
        except Exception as error:
            self.__failure = error

    async def prepare(self) -> None:
        """
        Judge the origin, find the session, ask the author and for a user, before the upgrade.

        The origin is judged here and not in `check_origin`, which Tornado
        calls neither for the site's own origin nor before a cookie is set.
        """
        self.__shared.answering.begin()
        # These hold for all that follows in this task.
        working.set(self._liveguide_reference)
        if self._liveguide_traced is not None:
            listening.set(self._liveguide_traced)
        if _has_left(self.request):
            self.__gone = True  # so soon that Tornado did not begin to watch for it
            return
        if self.__failure is not None:
            raise self.__failure
        upgrades = is_upgrade(self.request)
        asks_for_page = not upgrades and self._liveguide_endpoint.answers_pages
        if self.request.method != "GET" and not (self.request.method == "HEAD" and asks_for_page):
            self.set_header("Allow", "GET")
            # RFC 6455, section 4.1
            answer(self, Refusal(405, "method", "a WebSocket is asked for with GET"))
            return
        cookie = None
        if upgrades:
            self.__judge_origin()
            if self.__decision is Decision.REFUSED:
                answer(self, Refusal(403, "origin", self.__foreign()))
                return
            refusal = self.__shared.admission.reserve(self.request)
            if refusal is not None:
                answer(self, refusal)
                return
        if upgrades or self._liveguide_endpoint.route.auth is not None:
            loading = self.__loading()
            if loading is None or await self.__is_loaded(loading):
                cookie = self.__find_session()
            if self._finished or self.__gone:
                return
        with _no_exit:
            on_request = self._liveguide_endpoint.callbacks.get(ON_REQUEST)
            if on_request is not None:
                await self.__asked(on_request.function(self))
                self._liveguide_share(ON_REQUEST)
            if self._finished or self.__gone:
                return
            auth = self._liveguide_endpoint.route.auth
            forbidden = auth.refusal(self.current_user) if auth is not None else None
            if forbidden is not None:
                status, reason = forbidden
                answer(self, Refusal(status, "auth", reason))
                return
            if not upgrades and not self._liveguide_endpoint.answers_pages:
                answer(self, self.__shared.admission.refusal_of_socket(self.request) or _UPGRADE)
                return
            self.__cookie = cookie if upgrades else None
            await self.__asked(super().prepare())

    async def __asked(self, answer: Any) -> None:
        """Await what an author's function returned before the handshake, while the client waits."""
        if not inspect.isawaitable(answer):
            return

        async def ask() -> None:
            with _no_exit:  # which would end the server, were it to leave this task
                await answer

        self.__asking = asking = asyncio.ensure_future(ask())
        await asyncio.wait({asking})
        if asking.cancelled() and not self.__gone:
            raise RuntimeError("an author's function was cancelled before the handshake")
        if not asking.cancelled():
            asking.result()

    def __judge_origin(self) -> None:
        route = self._liveguide_endpoint.route
        origin = self.request.headers.get("Origin")
        self.__decision = decide(origin, self.__own_origin(), route.origins, route.auth is not None)
        if self.__is_own_frame():
            self.__decision = Decision.ANONYMOUS

    def __is_own_frame(self) -> bool:
        """Say whether a page of ours runs edited code: it has no origin, but the page's key."""
        return self.request.headers.get("Origin") == "null" and self._liveguide_traced is not None

    def __own_origin(self) -> str:
        return f"{self.request.protocol}://{self.request.host}"

    def __foreign(self) -> str:
        shown = self.request.headers.get("Origin", "")[:_LONGEST_SHOWN]
        return f"the origin {shown!r} may not connect to {self.__own_origin()}"

    def __loading(self) -> Awaitable[None] | None:
        """Return what finds out what other processes know of the session, if any need be asked."""
        if self.__shared.sessions.store is None or self.__decision is Decision.ANONYMOUS:
            return None
        name = cookie_name(self.request.protocol == "https")
        return self.__shared.sessions.loading(name, self.get_cookie(name))

    async def __is_loaded(self, loading: Awaitable[None]) -> bool:
        """
        Wait for the session; where it can't be had, refuse those who need a user.

        All others are strangers for this connection, and keep their cookie.
        """
        try:
            await loading
        except (ConnectionError, NotAccepted):
            if self._liveguide_endpoint.route.auth is not None:
                answer(self, Refusal(503, "sessions", SESSIONS_AWAY, _SESSIONS_WAIT))
            return False
        return True

    def __find_session(self) -> str | None:
        """Find the reader's session; return the cookie that must be set, if any."""
        if self.__decision is Decision.ANONYMOUS:
            self.request.headers.pop("Cookie", None)
            return None
        name = cookie_name(self.request.protocol == "https")
        known = self.get_cookie(name) if "Cookie" in self.request.headers else None
        self.__session, cookie = self.__shared.sessions.open(name, known)
        self.session = self.__session
        if self.__shared.sessions.store is not None:
            self._liveguide_session = self.__session
        return cookie

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Do the handshake, and whatever the class behind this one does with a GET."""
        if self.__gone:
            return  # while `prepare` waited: Tornado would open it and never close it
        try:
            with _no_exit:
                await super().get(*args, **kwargs)
        finally:
            if self.__opened and not self.__told:
                self.on_connection_close()  # Tornado passes over a cancelled `open`

    def on_finish(self) -> None:
        """Take back the place of a handshake that was refused."""
        if self.get_status() != HTTPStatus.SWITCHING_PROTOCOLS:
            self.__shared.connections.give_up(self.request)
        super().on_finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer a refusal that was raised as an `HTTPError` with its reason as JSON."""
        error = kwargs.get("exc_info", (None, None))[1]
        self.refusal = self.refusal or self._reason
        self.logged_refusal = error.get_message() or "" if isinstance(error, HTTPError) else ""
        self.finish({"error": self.refusal})

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> asyncio.Future[None]:
        """Answer as the author's class does, with the cookie; a stop waits until that is sent."""
        if self.__cookie is not None and not self._headers_written:
            self.__shared.sessions.set_cookie(self, self.__cookie)
        sent = super().finish(chunk)
        self.__shared.answering.sending(sent)
        return sent

    def flush(self, include_footers: bool = False) -> asyncio.Future[None]:
        """Send what there is; where a header or cookie can't be sent, that is answered with 500."""
        is_first = not self._headers_written
        try:
            return super().flush(include_footers)
        except Exception:
            if is_first:
                # Tornado takes the head for sent, and would answer nothing any more.
                self._headers_written = False
                self.__dict__.pop("_new_cookie", None)
            raise

    def check_origin(self, origin: str) -> bool:
        """
        Return what `prepare` decided; where that was not final, ask the author's class.

        Raises:

            HTTPError: The class says no.
        """
        if self.__decision is not Decision.ANONYMOUS or self.__is_own_frame():
            return self.__decision is not Decision.REFUSED
        allowed = super().check_origin(origin)
        if not allowed:
            self.refusal, self.refusal_kind = self.__foreign(), "origin"
            raise HTTPError(403)  # as False, it would be answered without the reason
        return allowed

    def get_current_user(self) -> Any:
        """Return the session's user, unless the author's class knows one; `None` for nobody."""
        return super().get_current_user() or self.session.get("user")

    @property
    def ping_interval(self) -> float | None:
        """Seconds between pings."""
        return self.__limits["ping_interval"]

    @property
    def ping_timeout(self) -> float | None:
        """Seconds to wait for a pong, no longer than until the next ping."""
        timeout, interval = self.__limits["ping_timeout"], self.ping_interval
        return min(timeout, interval) if timeout and interval else timeout

    @property
    def max_message_size(self) -> int:
        """Bytes of a message, after which the connection is closed with 1009."""
        return int(self.__limits["max_message_size"])

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return what the author chose; raise where that was not offered (RFC 6455, 4.2.2)."""
        try:
            chosen = super().select_subprotocol(subprotocols)
        except ValueError as error:  # Tornado takes it for a fault of the client's
            raise RuntimeError("select_subprotocol failed") from error
        if chosen and chosen not in subprotocols:
            raise RuntimeError(
                f"select_subprotocol chose {chosen!r}, but the client offered {subprotocols}"
            )
        return chosen

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return our protocol, in place of Tornado's; `None` for a version that nobody speaks."""
        limits = self.__limits
        queue = QueueLimits(int(limits["max_queue_messages"]), int(limits["max_queue_bytes"]))
        rate, burst = limits["message_rate"], limits["message_burst"]
        frames = Rate(_FRAMES * rate, _FRAMES * burst) if rate else None
        kind = WireProtocol if self._liveguide_resuming is None else ResumingProtocol
        self.__wire = wire_protocol(
            self, self.__shared.counts, queue, self._liveguide_traced, frames, kind
        )
        return self.__wire

    def open(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Open as the author's class does."""
        if self.__gone:
            # While the class behind this one waited: nobody would be told of its close.
            self.close()
            return None
        if self.__session.ended:
            # The reader has logged out since `prepare`.
            self._liveguide_end(POLICY_VIOLATION, "logged out")
            return None
        self.__opened = True
        self.__shared.answering.opened()
        self.__shared.connections.add(self)
        self.__session.connections.add(self)
        self.__shared.endings.opened(self.__session)
        self.__shared.counts.opened += 1
        if self._liveguide_traced is not None:
            self._liveguide_traced.opened(self)
        self._headers = HTTPHeaders()  # they are sent, and nobody asks for them any more
        return self._liveguide_run("open", super().open, *args, **kwargs)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Hand on a message, unless an earlier call has failed, or the reader has logged out."""
        if self._liveguide_ended:
            return None
        self.__session.used = now = time.monotonic()
        if self.__rate is not None and self.__rate.take(now) > 0:
            self.__refuse_flood()
            return None
        if self._liveguide_resuming is not None:
            return self.__publish(self._liveguide_resuming, message)
        return self._liveguide_run("on_message", super().on_message, message)

    def __publish(self, client: Resuming, message: str | bytes) -> Awaitable[None] | None:
        """Hand on a message of a client that resumes, or close where it is none."""
        try:
            sent = read_sent(message)
        except BadMessage as error:
            path, address = self.request.path, self.request.remote_ip or ""
            self.__shared.counts.refuse(error.code, "message", path, address, str(error))
            self._liveguide_end(error.code, str(error))
            return None
        return publish(client, sent, partial(self._liveguide_run, "on_message", super().on_message))

    def __refuse_flood(self) -> None:
        rate, burst = self.__limits["message_rate"], self.__limits["message_burst"]
        reason = f"rate: more than {rate:g} messages a second, {burst:g} at once"
        address = self.request.remote_ip or ""
        self.__shared.counts.refuse(POLICY_VIOLATION, "rate", self.request.path, address)
        self._liveguide_end(POLICY_VIOLATION, reason)

    def on_pong(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Tell the page that a ping was answered, and hand the answer on."""
        if self._liveguide_traced is not None:
            self._liveguide_traced.ponged(data)
        return self._liveguide_run("on_pong", super().on_pong, data)

    def on_ping(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Hand on a ping of the client's."""
        return self._liveguide_run("on_ping", super().on_ping, data)

    def on_close(self) -> None:
        """Close as the author's class does, once, and only after `open`."""
        if not self.__opened:
            if self._liveguide_traced is not None and self.get_status() == 101:
                # A browser that does not like the answer cuts at once: the page is to see it.
                self._liveguide_traced.opened(self)
                self._liveguide_traced.closed(None, None)
            self.__shared.connections.give_up(self.request)
            self.__gone = True
            if self.__asking is not None:
                self.__asking.cancel()
            return
        if self.__told:
            return
        self.__told = True
        closing = self._liveguide_run("on_close", super().on_close)
        if closing is None:
            self.__end()
        else:
            self.__closing = asyncio.ensure_future(closing)
            self.__closing.add_done_callback(lambda _: self.__end())

    def __end(self) -> None:
        self.__shared.connections.discard(self)
        self.__session.connections.discard(self)
        self.__shared.endings.closed(self.__session)
        code = ABNORMAL_CLOSURE if self.__wire is None else self.__wire.first_code
        self.__shared.counts.closed[code] += 1
        self.__wire = None
        if self._liveguide_traced is not None:
            self._liveguide_traced.closed(self.close_code, self.close_reason)
        rooms.leave(self)
        self._liveguide_resuming = None
        clear(self)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what Tornado caught, but neither the end of the whole server nor a refusal."""
        is_refusal = isinstance(value, HTTPError) and value.status_code < 500
        if not is_refusal and not isinstance(value, asyncio.CancelledError):
            super().log_exception(typ, value, tb)


def guarded(handler: type[tornado.websocket.WebSocketHandler]) -> type[GuardedConnection]:
    """Return a class with `GuardedConnection` in front of *handler*."""
    return type(handler.__name__, (GuardedConnection, handler), {"__module__": handler.__module__})


def _arguments(request: HTTPServerRequest) -> dict[str, list[str]]:
    return {
        name: [value.decode(errors="replace") for value in values]
        for name, values in request.query_arguments.items()
    }


def _has_left(request: HTTPServerRequest) -> bool:
    stream = getattr(request.connection, "stream", None)
    return stream is not None and bool(stream.closed())


class _NoExit:
    """Makes an author's sys.exit() an error of the request."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Raise something else for a SystemExit."""
        if isinstance(error, SystemExit):
            raise RuntimeError("an author's function called sys.exit()") from error


_no_exit = _NoExit()
