"""The end of sessions, by a logout or by time, and of the WebSockets that are open in them."""

from __future__ import annotations

import asyncio
from contextvars import Context

from ..close_codes import POLICY_VIOLATION
from .session import Session
from .sessions import Sessions

_TOO_OLD = "the session has ended"
_ANSWERED_WITHIN = 1.0
"""Seconds in which other processes say that they have used a session."""


class Endings:
    """
    Ends sessions.

    Args:

        sessions: The sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._watched: dict[int, Session] = {}  # a session is a dict: it has no hash

    def end(self, session: Session, reason: str) -> None:
        """End a session: its user, its cookie, and the WebSockets that are open in it."""
        self._sessions.end(session, reason)
        self.close(session, reason)

    def close(self, session: Session, reason: str) -> None:
        """Close the WebSockets that are open in a session, which has ended."""
        self._forget(session)
        for connection in list(session.connections):
            connection._liveguide_end(POLICY_VIOLATION, reason)

    def opened(self, session: Session) -> None:
        """
        End a user's session when its time is up, for as long as something is open in it.

        That of a stranger ends by itself, when its cookie comes too late: nothing is
        gained by closing what they read.
        """
        if session.ending is None and session.get("user"):
            self._watched[id(session)] = session
            self._look_again(session)

    def closed(self, session: Session) -> None:
        """Note that something has closed in a session; the last one leaves nothing to end."""
        if not session.connections:
            self._forget(session)

    def use(self) -> None:
        """Look anew when sessions end: their times have changed."""
        for session in list(self._watched.values()):
            self._look(session)

    def _look_again(self, session: Session) -> None:
        left = self._sessions.time_left(session)
        later = asyncio.get_running_loop().call_later
        # Without the present context, which holds who listens to the connection that just opens.
        session.ending = later(max(0, left), self._look, session, context=Context())

    def _look(self, session: Session, have_others_said: bool = False) -> None:
        if session.ending is not None:
            session.ending.cancel()
        if not session.get("user"):
            self._forget(session)
        elif self._sessions.time_left(session) > 0:
            self._look_again(session)
        elif self._sessions.store is None:
            self.end(session, _TOO_OLD)
        elif not have_others_said:
            self._sessions.store.ask_use(session["id"])
            later = asyncio.get_running_loop().call_later
            session.ending = later(_ANSWERED_WITHIN, self._look, session, True, context=Context())
        else:
            # Another process that could not say so may be using it, and lets it end by itself.
            self._sessions.forget_here(session)
            self.close(session, _TOO_OLD)

    def _forget(self, session: Session) -> None:
        self._watched.pop(id(session), None)
        if session.ending is not None:
            session.ending.cancel()
            session.ending = None
