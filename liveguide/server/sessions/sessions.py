"""
Sessions: a dict for each reader, found again by a signed cookie.

The cookie holds nothing but the session's id. It must be set on the response
to the handshake, because after the upgrade there is no response left to set
it on.

A session ends some days after it began, and earlier where it is not used. When it
began is part of its id; when it was used last is the age of its cookie, which is
renewed, or is remembered.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from tornado.web import RequestHandler

from ...limits import SITE_LIMITS
from ..tracing.keys import Keys
from .cookies import SignedIds, set_cookie
from .session import Session, Store, as_text, take

_RENEWED_AFTER = 1 / 24
"""The part of the time a session may be unused after which its cookie is renewed."""

SESSIONS_AWAY = "who you are can't be found out just now; try again in 5 s"
"""What a reader is told whose session only another process could know."""


class Sessions:
    """
    The sessions of one process, which may share them with others.

    Those of open connections are always kept, and besides them the most
    recently used ones, up to a bound. The sessions of users who have logged in
    have a bound of their own, so that strangers can't make them be forgotten.

    Args:

        secret: The key that cookies are signed with.

        most: How many sessions to keep besides those in use, of strangers and of users each.

        older: Keys that cookies were signed with earlier; what they signed is still believed.

        clock: Returns the time, in seconds since 1970.

    Attributes:

        store: Where other processes find them, if there are others.
    """

    store: Store | None = None

    def __init__(
        self,
        secret: bytes,
        most: int = 10_000,
        *,
        older: Sequence[bytes] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._clock = clock
        self._cookies = SignedIds((secret, *older), clock)
        self.use(
            SITE_LIMITS["session_seconds"].default, SITE_LIMITS["session_idle_seconds"].default
        )
        self._most = most
        self._in_use: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._recent: OrderedDict[str, Session] = OrderedDict()
        self._renewed: OrderedDict[str, Session] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()

    def use(self, seconds: float, idle_seconds: float) -> None:
        """End sessions from now on so long after they began, and so long after they were used."""
        self._seconds = seconds
        self._idle_seconds = min(seconds, idle_seconds)

    def open(self, name: str, cookie: str | None) -> tuple[Session, str | None]:
        """
        Return the session that a cookie stands for, or a new one.

        Args:

            name: The cookie's name, which its signature covers.

            cookie: The cookie's value as the browser sent it, if it sent any.

        Returns:

            The session, and the cookie's new value where it must be set.
        """
        session_id = self._cookies.known(name, cookie, self._seconds)
        if not session_id:
            return self._new(name, self._recent)
        session = self._in_use.get(session_id)
        if session is None:
            session_id = self._cookies.known(name, cookie, self._idle_seconds)
            session = Session(session_id, _begun(session_id))
            session.shared = None if self.store is None else {"id": session_id}
        if not session_id or session_id in self._gone or self.time_left(session) <= 0:
            return self._new(name, self._recent)
        session.used = time.monotonic()
        self._in_use[session_id] = session
        self._keep(session_id, session, self._of(session_id))
        fresh = self._cookies.is_fresh(name, cookie, self._idle_seconds * _RENEWED_AFTER)
        return session, None if fresh else self._cookies.signed(name, session_id)

    def loading(self, name: str, cookie: str | None) -> Awaitable[None] | None:
        """
        Return what must be awaited before `open`, `None` where nothing need be.

        It raises `ConnectionError` where only another process could know the session.
        """
        if self.store is None or cookie is None:
            return None
        session_id = self._cookies.known(name, cookie, self._seconds)
        if not session_id or session_id in self._gone:
            return None
        is_idle = not self._cookies.known(name, cookie, self._idle_seconds)
        return self._load(self.store, session_id, is_idle)

    async def _load(self, store: Store, session_id: str, is_idle: bool) -> None:
        """Bring a session up to what is kept of it."""
        try:
            found = await store.load(session_id)
        except ConnectionError:
            session = self._in_use.get(session_id)
            if session is None or not session.connections:
                raise
            return  # what is open in it goes on, and so does it
        if found is None:
            self._forget(session_id)
            return
        session = self._in_use.get(session_id)
        if session is None:
            if is_idle or not found:
                return
            session = self._in_use[session_id] = Session(session_id, _begun(session_id))
            self._keep(session_id, session, self._renewed if "user" in found else self._recent)
        if found or not session.connections:
            take(session, found)
        else:
            self.share_again(session)

    def share_again(self, session: Session) -> None:
        """Tell other processes all that is in a session of which nothing is kept any more."""
        session.shared = {"id": session["id"]}
        with contextlib.suppress(TypeError):  # its function has been told
            self.share(session)

    def share(self, session: Session) -> asyncio.Future[None] | None:
        """
        Tell other processes what has changed in a session; return what is done when it is kept.

        Raises:

            TypeError: It held what they can't be told, which is taken out again.
        """
        if self.store is None or session.ended or session == session.shared:
            return None
        before = session.shared or {}
        session["id"] = before.get("id", session["id"])  # an author's code can't be another
        changed = {k: v for k, v in session.items() if k not in before or before[k] != v}
        texts = {}
        for key, value in changed.items():
            try:
                texts[key] = as_text(key, value)
            except TypeError:
                session.pop(key)
                if key in before:
                    session[key] = copy.deepcopy(before[key])
                raise
        removed = before.keys() - session.keys()
        session.shared = copy.deepcopy(dict(session))
        return self.store.save(session["id"], texts, removed, self._seconds_left(session))

    def in_use(self, session_id: str) -> Session | None:
        """Return a session that this process has at hand."""
        return self._in_use.get(session_id)

    def open_ones(self) -> list[Session]:
        """Return the sessions in which something is open."""
        return [session for session in self._in_use.values() if session.connections]

    def forget_here(self, session: Session) -> None:
        """Have a session no more at hand: its id may lead to it again, from another process."""
        session.ended = True
        for known in (self._in_use, self._recent, self._renewed):
            known.pop(session["id"], None)

    def _seconds_left(self, session: Session) -> float:
        return session.begun + self._seconds - self._clock()

    def time_left(self, session: Session) -> float:
        """Return the seconds until a session ends if it is not used, 0 or less if it has ended."""
        left = self._seconds_left(session)
        return (
            0 if session.ended else min(left, session.used + self._idle_seconds - time.monotonic())
        )

    def set_cookie(self, handler: RequestHandler, value: str) -> None:
        """Have the browser that is answered send a session's cookie from now on."""
        set_cookie(handler, value, int(time.time() + self._seconds))

    def renew(self, name: str, session: Session) -> tuple[Session, str]:
        """
        Move what is known about a reader to a session with a new id.

        Whoever knows the old id, by having planted its cookie for instance,
        knows nothing of the new one, which has copies of what the old one holds.
        Connections that are open stay in the old one, which nothing leads to any more.

        Args:

            name: The cookie's name, which its signature covers.

            session: The session that was.

        Returns:

            The new session, which is kept as a user's, and the value of its cookie.
        """
        renewed, cookie = self._new(name, self._renewed)
        for key, value in session.items():
            # What can't be copied stays behind: shared, it would lead from the old to the new.
            with contextlib.suppress(Exception):
                renewed.setdefault(key, copy.deepcopy(value))
        self._forget(session["id"])
        if self.store is not None:
            self.store.end(session["id"], "", self._seconds_left(session))
        return renewed, cookie

    def end(self, session: Session, reason: str = "") -> None:
        """Log a reader out: the session has no user any more, and its id leads nowhere."""
        self.end_here(session)
        if self.store is not None:
            self.store.end(session["id"], reason, self._seconds_left(session))

    def end_here(self, session: Session) -> None:
        """Log a reader out of this process alone."""
        session.ended = True
        session.pop("user", None)
        self._forget(session["id"])

    def forget(self, session_id: str) -> None:
        """Let an id lead nowhere in this process; what is open in that session stays so."""
        self._forget(session_id)

    def token(self, session: Session) -> str:
        """
        Return what a form of ours carries, and no other site knows.

        It belongs to the session's id, so a form from before a login is worth nothing after it.
        """
        return hmac.new(self._secret, f"form {session['id']}".encode(), hashlib.sha256).hexdigest()

    def trace_keys(self, process: str) -> Keys:
        """Return what makes the keys of a process's traces: all that share sessions know them."""
        return Keys(self._secret, process)

    def _new(self, name: str, kept: OrderedDict[str, Session]) -> tuple[Session, str]:
        begun = int(self._clock())
        session_id = f"{secrets.token_urlsafe(24)}.{begun:x}"
        session = self._in_use[session_id] = Session(session_id, begun)
        if self.store is not None:
            session.shared = {"id": session_id}
        self._keep(session_id, session, kept)
        return session, self._cookies.signed(name, session_id)

    def _of(self, session_id: str) -> OrderedDict[str, Session]:
        return self._renewed if session_id in self._renewed else self._recent

    def _keep(self, session_id: str, value: Any, kept: OrderedDict[str, Any]) -> None:
        kept[session_id] = value
        kept.move_to_end(session_id)
        while len(kept) > self._most:
            kept.popitem(last=False)

    def _forget(self, session_id: str) -> None:
        for known in (self._in_use, self._recent, self._renewed):
            known.pop(session_id, None)
        self._keep(session_id, None, self._gone)

    @staticmethod
    def throwaway() -> Session:
        """Return a session that nothing leads back to."""
        return Session(secrets.token_urlsafe(24), time.time())


def _begun(session_id: str) -> int:
    """Return when a session began, as its id says; 0 where it says nothing."""
    try:
        return int(session_id.rpartition(".")[2], 16)
    except ValueError:
        return 0
