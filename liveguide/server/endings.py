"""The end of sessions, by a logout or by time, and of the WebSockets that are open in them."""

from __future__ import annotations

import asyncio

from .close_codes import POLICY_VIOLATION
from .sessions import Session, Sessions


class Endings:
    """
    Ends sessions.

    Args:

        sessions: The sessions.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def end(self, session: Session, reason: str) -> None:
        """End a session: its user, its cookie, and the WebSockets that are open in it."""
        self._sessions.end(session)
        for connection in list(session.connections):
            connection._liveguide_end(POLICY_VIOLATION, reason)

    def watch(self, session: Session) -> None:
        """
        End a user's session when its time is up, for as long as something is open in it.

        That of a stranger ends by itself, when its cookie comes too late: nothing is
        gained by closing what they read.
        """
        if session.ending is None:
            self._look_again(session)

    def _look_again(self, session: Session) -> None:
        left = self._sessions.time_left(session)
        later = asyncio.get_running_loop().call_later
        session.ending = later(max(0, left), self._look, session)

    def _look(self, session: Session) -> None:
        session.ending = None
        if not session.connections or not session.get("user"):
            return
        if self._sessions.time_left(session) > 0:
            self._look_again(session)
        else:
            self.end(session, "the session has ended")
