"""One session, and what processes that share it tell each other."""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import TimerHandle
from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class Session(dict[str, Any]):
    """
    What is known about one reader: `id`, `user` after a login, and what authors put there.

    Attributes:

        ended: Whether the reader has logged out, so that no connection may begin in it any more.

        begun: When it began, in seconds since 1970.

        used: When the reader last did something, by the monotonic clock.

        connections: What is open in it.

        ending: What looks whether its time is up.

        shared: What it held when that was last told to other processes, or came from them;
            `None` where it is shared with none.
    """

    def __init__(self, session_id: str, begun: float) -> None:
        super().__init__(id=session_id)
        self.begun = begun
        self.ended = False
        self.used = time.monotonic()
        self.connections: set[Any] = set()
        self.ending: TimerHandle | None = None
        self.shared: dict[str, Any] | None = None


class Store(Protocol):
    """Where processes find each other's sessions: by id, each a dict of JSON texts."""

    async def load(self, session_id: str) -> Mapping[str, str] | None:
        """
        Return what is kept of a session, `None` if it has ended.

        Raises:

            ConnectionError: Nobody can say.
        """

    def save(
        self, session_id: str, changed: Mapping[str, str], removed: Iterable[str], seconds: float
    ) -> asyncio.Future[None]:
        """Keep what has changed in a session, for so long; what is returned is done then."""

    def end(self, session_id: str, reason: str, seconds: float) -> None:
        """Let an id lead nowhere, and close what is open there, if there is a reason to say."""

    def ask_use(self, session_id: str) -> None:
        """Have the others say when a session was used: its `used` is then the latest of all."""


def take(session: Session, found: Mapping[str, str], removed: Iterable[str] | None = None) -> None:
    """
    Bring a session up to what others have told of it; what has just been changed here stays.

    Args:

        session: The session.

        found: Its values by their keys, as JSON.

        removed: The keys that it has no more; if not given, all that are not in *found*.
    """
    before = session.shared or {"id": session["id"]}
    gone = before.keys() - found.keys() - {"id"} if removed is None else {*removed} - {"id"}
    for key in (found.keys() | gone) - {"id"}:
        if (key in session, session.get(key)) != (key in before, before.get(key)):
            continue
        if key in gone:
            session.pop(key, None)
            before.pop(key, None)
        else:
            session[key], before[key] = json.loads(found[key]), json.loads(found[key])
    session.shared = before


def as_text(key: object, value: object) -> str:
    """Return a value as JSON."""
    try:
        if not isinstance(key, str) or not key:
            raise TypeError("a key is a text")
        key.encode()
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"handler.session[{key!r}] can't be shared by processes ({error}); "
            "keep there what JSON can hold"
        ) from None
