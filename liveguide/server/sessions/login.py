"""
The pages on which readers log in and out: forms that need no script.

Logging in gives the session a new id, so that a cookie which somebody planted
before leads nowhere. Logging out ends the session, and with it every WebSocket
that is open in it.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.template import Loader
from tornado.web import RequestHandler

from ...rooms.engine import NotAccepted
from ...settings import Settings
from ...words import direction_of, say_in
from ..admission.origins import parse_origin
from ..admission.shared_attempts import SharedAttempts
from ..endpoints.route import LOGIN, Route
from ..ongoing import Answering
from .cookies import cookie_flags, cookie_name
from .credentials import Credentials
from .endings import Endings
from .session import Session
from .sessions import SESSIONS_AWAY, Sessions

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_LARGEST_BODY = 4096
_KEPT_WITHIN = 3.0  # seconds
_LONGEST_NEXT = 2000
_templates = Loader(str(Path(__file__).parent.parent / "templates"))


@dataclass(frozen=True)
class Doors:
    """
    What the logins of one application have in common.

    Attributes:

        sessions: The sessions.

        endings: Ends them.

        settings: The site's name and language.

        answering: The requests that are being answered.

        attempts: How often somebody has tried.
    """

    sessions: Sessions
    endings: Endings
    settings: Settings
    answering: Answering
    attempts: SharedAttempts = field(default_factory=SharedAttempts)


class _FormHandler(RequestHandler):
    """A page with one form, which no other site can fill in."""

    def initialize(self, doors: Doors) -> None:
        self._doors = doors
        self._session = Sessions.throwaway()
        self.refusal = self.refusal_kind = ""
        self._cookie: str | None = None

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Referrer-Policy", "same-origin")

    async def prepare(self) -> None:
        """Find the session, which a form belongs to; refuse a form that is not ours."""
        self._doors.answering.begin()
        if self.request.method not in ("GET", "HEAD", "POST"):
            return  # Tornado answers 405
        if len(self.request.body) > _LARGEST_BODY:
            self._refuse(413, "this form is too large")
            return
        name = cookie_name(self._is_secure)
        known = self.get_cookie(name)
        loading = self._doors.sessions.loading(name, known)
        try:
            if loading is not None:
                await loading
        except ConnectionError:
            self._refuse_for_now()
            return
        self._session, cookie = self._doors.sessions.open(name, known)
        if self.request.method == "POST" and not self._is_ours():
            # Without a cookie: the form comes from another site, for all we know, and so
            # without the reader's own cookie, which this one would replace.
            self.refusal_kind = "csrf"
            self._refuse(403, "this form is too old, or not from this site")
            return
        self._cookie = cookie

    @property
    def _is_secure(self) -> bool:
        return self.request.protocol == "https"

    def _is_ours(self) -> bool:
        """Say whether the form was made for this session, and sent from a page of this site."""
        origin = self.request.headers.get("Origin")
        own = parse_origin(f"{self.request.protocol}://{self.request.host}")
        if origin is not None and (own is None or parse_origin(origin) != own):
            return False
        token = self._doors.sessions.token(self._session)
        return hmac.compare_digest(token.encode(), self._field("token").encode())

    def _show(self, error: str = "") -> None:
        """Show the page."""
        raise NotImplementedError

    def _field(self, name: str) -> str:
        """Return a field of the form; not by Tornado's way, which logs what is not UTF-8."""
        return self.request.body_arguments.get(name, [b""])[-1].decode(errors="replace")

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> asyncio.Future[None]:
        """Answer, with the last cookie alone where several were to be set (RFC 6265, 4.1.1)."""
        if self._cookie is not None and not self._headers_written:
            self._doors.sessions.set_cookie(self, self._cookie)
        return super().finish(chunk)

    def _refuse_for_now(self) -> None:
        """Refuse while nobody can say who the reader is, or keep it."""
        self.refusal_kind = "sessions"
        self.set_header("Retry-After", "5")
        self._refuse(503, SESSIONS_AWAY)

    def _refuse(self, status: int, reason: str) -> None:
        self.refusal = reason
        self.set_status(status)
        self._fill("refused.html", reason=reason, again=f"?{self.request.query}")

    def _fill(self, template: str, **context: Any) -> None:
        """Answer with a template; addresses in it are relative, for a site below any path."""
        language = self._doors.settings.language
        self.finish(
            _templates.load(template).generate(
                language=language,
                direction=direction_of(language),
                say=say_in(language),
                site=self._doors.settings.title,
                root="../" * (self.request.path.count("/") - 1) or "./",
                token=self._doors.sessions.token(self._session),
                next=self._next(),
                **context,
            )
        )

    def _next(self) -> str:
        return safe_next(self.get_query_argument("next", ""))

    def _leave(self) -> None:
        """Go where the reader came from."""
        self.set_status(303)
        self.set_header("Location", self._next())
        self.finish()

    def _log_out(self) -> None:
        """End the session: its user, its cookie, and the WebSockets that are open in it."""
        self._end(self._session)
        self._cookie = None
        self.clear_cookie(cookie_name(self._is_secure), **cookie_flags(self._is_secure))

    def _end(self, session: Session) -> None:
        self._doors.endings.end(session, "logged out")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what went wrong with one line."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")


class LogoutHandler(_FormHandler):
    """The page with the button that logs a reader out."""

    def get(self) -> None:
        """Show the button: a GET itself changes nothing, so that no link or image logs out."""
        self._show()

    head = get

    async def post(self) -> None:
        """Log out."""
        self._log_out()
        self._leave()

    def _show(self, error: str = "") -> None:
        user = self._session.get("user")
        name = user.get("id", "") if isinstance(user, Mapping) else user
        self._fill("logout.html", user=name)


class LoginHandler(LogoutHandler):
    """The page on which a reader logs in, and out again."""

    # Tornado's `initialize` takes what its class is routed with, so each has its own arguments.
    def initialize(self, doors: Doors, credentials: Credentials) -> None:  # type: ignore[override]
        super().initialize(doors)
        self._credentials = credentials
        self._is_wrong = False

    async def post(self) -> None:
        """Log in, or out where the form was the one for that."""
        if self._field("logout"):
            await super().post()
            return
        address = self.request.remote_ip or ""
        wait = math.ceil(await self._doors.attempts.begin(address))
        if wait:
            self.set_header("Retry-After", str(wait))
            self._fail(429, f"too many attempts; try again in {wait} seconds")
            return
        user = await self._credentials.user(self._field("name").strip(), self._field("password"))
        if user is None:
            self._is_wrong = True
            self._fail(401, "the name or the password is wrong")
            return
        await self._doors.attempts.succeeded(address)
        cookie = self._log_in(user)
        kept = self._doors.sessions.share(self._session)
        try:
            if kept is not None:
                await asyncio.wait_for(kept, _KEPT_WITHIN)
        except (ConnectionError, NotAccepted, TimeoutError):
            self._refuse_for_now()
            return
        self._cookie = cookie
        self._leave()

    def _fail(self, status: int, reason: str) -> None:
        self.refusal = reason
        self.set_status(status)
        self._show(reason)

    def _log_in(self, user: dict[str, Any]) -> str:
        """Give the reader a session with a user in it; return its cookie."""
        previous = self._session
        self._session, cookie = self._doors.sessions.renew(cookie_name(self._is_secure), previous)
        if previous.get("user"):
            # Perhaps another's: what is theirs stays behind.
            for key in previous.keys() - {"id"}:
                del self._session[key]
            self._end(previous)
        self._session["user"] = user
        return cookie

    def _show(self, error: str = "") -> None:
        if self._session.get("user") and not error:
            super()._show()
            return
        self._fill(
            "login.html", error=error, is_wrong=self._is_wrong, name=self._field("name").strip()
        )


def login_rule(route: Route, doors: Doors) -> tuple[str, type[RequestHandler], dict[str, Any]]:
    """Return Tornado's rule for an entry that is a `SimpleAuth` or a `LogoutHandler`."""
    if route.handler == LOGIN:
        arguments = {"doors": doors, "credentials": route.credentials}
        return route.pattern, LoginHandler, arguments
    return route.pattern, LogoutHandler, {"doors": doors}


def safe_next(address: str) -> str:
    """
    Return where to go after the form: *address* if it is on this site, else the folder's page.

    Args:

        address: A path, or one relative to the form's own; a query and a
            fragment may follow. Browsers read some odd addresses as those of
            other hosts, so whatever is odd is passed over.
    """
    elsewhere = "./"
    if len(address) > _LONGEST_NEXT or not all("!" <= c <= "~" and c != "\\" for c in address):
        return elsewhere
    path = re.split("[?#]", address, maxsplit=1)[0]
    names_host = "//" in path
    names_scheme = ":" in path.partition("/")[0]
    return elsewhere if names_host or names_scheme or not address else address
