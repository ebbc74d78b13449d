"""
Before the handshake: the origin is judged, the session found, the author's `on_request` asked, a
user asked for; and what is answered where one of them says no.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Mapping
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Any

import tornado
from tornado.httputil import HTTPServerRequest, format_timestamp
from tornado.web import HTTPError, RequestHandler

from ..rooms.engine import NotAccepted
from .admission.fields import Fields
from .admission.origins import Decision, decide
from .admission.refusals import Refusal, answer
from .calls import AuthorsCalls, no_exit
from .endpoint import Endpoint, Shared
from .endpoints.leftovers import working
from .endpoints.route import ON_REQUEST
from .resuming import resuming
from .sessions.cookies import cookie_name
from .sessions.session import Session
from .sessions.sessions import SESSIONS_AWAY, Sessions
from .tracing.console import listening
from .wire.handshake import is_upgrade

_UPGRADE = Refusal(426, "upgrade", "this is a WebSocket; connect to it with new WebSocket(...)")
_SERVER = f"TornadoServer/{tornado.version}"
_SESSIONS_WAIT = 5  # seconds
_LONGEST_SHOWN = 200


class Opening(AuthorsCalls):
    """
    A connection until its handshake is answered.

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
        self._liveguide_limits = limits
        self._liveguide_shared = shared
        self.__decision = Decision.REFUSED
        self._liveguide_gone = False
        self._liveguide_asking: asyncio.Future[Any] | None = None
        self.args = _arguments(self.request)
        self._liveguide_resuming = resuming(self)
        self.refusal = self.refusal_kind = self.logged_refusal = ""
        try:
            with no_exit:
                super().initialize(**endpoint.arguments)
        except Exception as error:
            self.__failure = error  # here, Tornado would cut the connection without an answer

    @cached_property
    def session(self) -> dict[str, Any]:  # type: ignore[override]  # it can be set, too
        """The reader's, which `prepare` finds; until then, and for a stranger, a throwaway."""
        return self._liveguide_found

    @cached_property
    def _liveguide_found(self) -> Session:
        return Sessions.throwaway()

    def clear(self) -> None:
        """Begin an answer anew as the author's class does, or as Tornado, with a date at hand."""
        if getattr(super().clear, "__func__", None) is not RequestHandler.clear:
            super().clear()
            return
        self._headers = Fields()
        self._headers["Server"] = _SERVER
        self._headers["Content-Type"] = "text/html; charset=UTF-8"
        self._headers["Date"] = _date(int(time.time()))
        self.set_default_headers()
        self._write_buffer: list[bytes] = []
        self._status_code, self._reason = HTTPStatus.OK.value, HTTPStatus.OK.phrase

    def set_default_headers(self) -> None:
        """Set what the author's class sets; Tornado asks before `initialize`, and for an error."""
        try:
            with no_exit:
                super().set_default_headers()
        except Exception as error:
            self.__failure = error

    async def prepare(self) -> None:
        """
        Judge the origin, find the session, ask the author and for a user, before the upgrade.

        The origin is judged here and not in `check_origin`, which Tornado
        calls neither for the site's own origin nor before a cookie is set.
        """
        self._liveguide_shared.answering.begin()
        # These hold for all that follows in this task.
        working.set(self._liveguide_reference)
        if self._liveguide_traced is not None:
            listening.set(self._liveguide_traced)
        if _has_left(self.request):
            self._liveguide_gone = True  # so soon that Tornado did not begin to watch for it
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
            refusal = self._liveguide_shared.admission.reserve(self.request)
            if refusal is not None:
                answer(self, refusal)
                return
        if upgrades or self._liveguide_endpoint.route.auth is not None:
            loading = self.__loading()
            if loading is None or await self.__is_loaded(loading):
                cookie = self.__find_session()
            if self._finished or self._liveguide_gone:
                return
        with no_exit:
            on_request = self._liveguide_endpoint.callbacks.get(ON_REQUEST)
            if on_request is not None:
                await self.__asked(on_request.function(self))
                self._liveguide_share(ON_REQUEST)
            if self._finished or self._liveguide_gone:
                return
            auth = self._liveguide_endpoint.route.auth
            forbidden = auth.refusal(self.current_user) if auth is not None else None
            if forbidden is not None:
                status, reason = forbidden
                answer(self, Refusal(status, "auth", reason))
                return
            if not upgrades and not self._liveguide_endpoint.answers_pages:
                answer(
                    self,
                    self._liveguide_shared.admission.refusal_of_socket(self.request) or _UPGRADE,
                )
                return
            self.__cookie = cookie if upgrades else None
            await self.__asked(super().prepare())

    async def __asked(self, answer: Any) -> None:
        """Await what an author's function returned before the handshake, while the client waits."""
        if not inspect.isawaitable(answer):
            return

        async def ask() -> None:
            with no_exit:  # which would end the server, were it to leave this task
                await answer

        self._liveguide_asking = asking = asyncio.ensure_future(ask())
        await asyncio.wait({asking})
        if asking.cancelled() and not self._liveguide_gone:
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
        if self._liveguide_shared.sessions.store is None or self.__decision is Decision.ANONYMOUS:
            return None
        name = cookie_name(self.request.protocol == "https")
        return self._liveguide_shared.sessions.loading(name, self.get_cookie(name))

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
        self._liveguide_found, cookie = self._liveguide_shared.sessions.open(name, known)
        self.session = self._liveguide_found
        if self._liveguide_shared.sessions.store is not None:
            self._liveguide_session = self._liveguide_found
        return cookie

    def on_finish(self) -> None:
        """Take back the place of a handshake that was refused."""
        if self.get_status() != HTTPStatus.SWITCHING_PROTOCOLS:
            self._liveguide_shared.connections.give_up(self.request)
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
            self._liveguide_shared.sessions.set_cookie(self, self.__cookie)
        sent = super().finish(chunk)
        self._liveguide_shared.answering.sending(sent)
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


def _arguments(request: HTTPServerRequest) -> dict[str, list[str]]:
    return {
        name: [value.decode(errors="replace") for value in values]
        for name, values in request.query_arguments.items()
    }


_date = lru_cache(1)(format_timestamp)


def _has_left(request: HTTPServerRequest) -> bool:
    stream = getattr(request.connection, "stream", None)
    return stream is not None and bool(stream.closed())
