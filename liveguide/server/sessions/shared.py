"""
Sessions of many processes, in their Redis.

Each is a hash of JSON texts, which lasts as long as a session may. One that has ended leaves a
mark for that time, so that its cookie, wherever it turns up, leads nowhere. What a process changes,
it tells to all others, who may have the same session at hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any

from ...rooms.engine import Exchange, NotAccepted
from .endings import Endings
from .session import Store, take
from .sessions import Sessions

log = logging.getLogger(__name__)

CHANNEL = b"liveguide:sessions"

MOST_WAITING = 10_000
"""Changes that wait for a Redis that is away; what is beyond is lost."""

_TRY_AGAIN = 0.1  # seconds
_ENDED = b""  # a field that no value of a session has

_Command = Sequence[str | bytes | int]


class SharedSessions(Store):
    """
    Shares sessions with all processes of one Redis.

    Args:

        exchange: The Redis.

        sessions: Those of this process.

        endings: Closes what is open in them.
    """

    def __init__(self, exchange: Exchange, sessions: Sessions, endings: Endings) -> None:
        self._exchange = exchange
        self._sessions = sessions
        self._endings = endings
        self._waiting: deque[tuple[tuple[_Command, ...], asyncio.Future[None]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending: asyncio.Task[None] | None = None
        exchange.channels[CHANNEL] = self._hear
        exchange.when_up.append(self._is_up)
        sessions.store = self

    async def load(self, session_id: str) -> Mapping[str, str] | None:
        """Return what is kept of a session, after what this process still has to tell."""
        if self._waiting and self._sending is not None:
            # The second ends when Redis is away.
            until = {self._waiting[-1][1], self._sending}
            await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        try:
            (found,) = await self._exchange.ask(("HGETALL", _key(session_id)))
        except NotAccepted as error:  # somebody else has put something in its place
            raise ConnectionError(str(error)) from None
        if _ENDED in found:
            return None
        return dict(filter(None, (_readable(*pair) for pair in found.items())))

    def save(
        self, session_id: str, changed: Mapping[str, str], removed: Iterable[str], seconds: float
    ) -> asyncio.Future[None]:
        """Keep what has changed."""
        key, commands = _key(session_id), list[_Command]()
        gone = sorted(removed)
        if changed:
            commands.append(("HSET", key, *(part for pair in changed.items() for part in pair)))
        if gone:
            commands.append(("HDEL", key, *gone))
        told = {"session": session_id, "changed": dict(changed), "removed": gone}
        return self._send(*commands, ("EXPIRE", key, _whole(seconds)), self._told(told))

    def end(self, session_id: str, reason: str, seconds: float) -> None:
        """Leave a mark in place of a session, and tell everybody."""
        key = _key(session_id)
        told = {"session": session_id, "ended": reason}
        self._send(
            ("DEL", key),
            ("HSET", key, _ENDED, 1),
            ("EXPIRE", key, _whole(seconds)),
            self._told(told),
        )

    def ask_use(self, session_id: str) -> None:
        """Have the others say when they used a session."""
        self._say_now({"session": session_id, "asked": True})

    async def flush(self) -> None:
        """Wait until all is told."""
        while self._sending is not None and not self._sending.done():
            await asyncio.wait({self._sending})

    def _told(self, told: Mapping[str, Any]) -> _Command:
        return "PUBLISH", CHANNEL, json.dumps({"process": self._exchange.process, **told})

    def _say_now(self, told: Mapping[str, Any]) -> None:
        """Tell something that nobody needs later."""
        self._start(self._say(told))

    async def _say(self, told: Mapping[str, Any]) -> None:
        with contextlib.suppress(ConnectionError, NotAccepted):
            await self._exchange.ask(self._told(told))

    # What is told.

    def _send(self, *commands: _Command) -> asyncio.Future[None]:
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting.append((commands, sent))
        if len(self._waiting) > MOST_WAITING:
            _, lost = self._waiting.popleft()
            _fail(lost, ConnectionError("too much waits"))
        self._send_on()
        return sent

    def _send_on(self) -> None:
        if self._waiting and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        """Tell what waits, in order; what can't be told now is told when Redis is there again."""
        while self._waiting and self._exchange.is_up:
            one = commands, sent = self._waiting[0]
            try:
                await self._exchange.ask(*commands)
            except ConnectionError:
                await asyncio.sleep(_TRY_AGAIN)
                continue
            except Exception as error:  # what can't be sent must not keep the rest
                log.error("a session could not be kept: %s", error)
                _fail(sent, error)
            if not sent.done():
                sent.set_result(None)
            if self._waiting and self._waiting[0] is one:
                self._waiting.popleft()

    # What is heard.

    def _hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            if told["process"] == self._exchange.process:
                return
            session_id = str(told["session"])
            if "ended" in told:
                self._end_here(session_id, str(told["ended"]))
                return
            if "asked" in told or "unused" in told:
                self._note_use(session_id, told.get("unused"))
                return
            changed, removed = dict(told["changed"]), list(told["removed"])
            session = self._sessions.in_use(session_id)
            if session is not None:
                take(session, changed, removed)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.error("what was told of a session makes no sense: %s", error)

    def _note_use(self, session_id: str, unused: float | None) -> None:
        """Hear for how many seconds a session was not used elsewhere, or say so of here."""
        session, now = self._sessions.in_use(session_id), time.monotonic()
        if session is None:
            return
        if unused is None:
            self._say_now({"session": session_id, "unused": now - session.used})
        else:
            session.used = max(session.used, now - max(0.0, float(unused)))

    def _end_here(self, session_id: str, reason: str) -> None:
        session = self._sessions.in_use(session_id)
        if session is None or not reason:
            self._sessions.forget(session_id)
        else:
            self._sessions.end_here(session)
            self._endings.close(session, reason)

    def _is_up(self) -> None:
        self._send_on()
        self._start(self._catch_up())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _catch_up(self) -> None:
        """Find out what has become of open sessions while nobody could tell."""
        await self.flush()
        for session in self._sessions.open_ones():
            try:
                found = await self.load(session["id"])
            except (ConnectionError, NotAccepted):
                return  # it is away again, and is caught up with when it comes back
            if found is None:
                self._end_here(session["id"], "logged out")
            elif found:
                take(session, found)
            elif session.shared is not None:
                self._sessions.share_again(session)


def _readable(name: bytes, text: bytes) -> tuple[str, str] | None:
    """Return a value's key and its JSON, `None` where somebody else has put something there."""
    try:
        json.loads(text)
        return name.decode(), text.decode()
    except (ValueError, RecursionError) as error:
        log.error("what is kept of a session makes no sense: %s", error)
        return None


def _key(session_id: str) -> str:
    return f"liveguide:session:{session_id}"


def _whole(seconds: float) -> int:
    return max(1, int(seconds) + 1)


def _fail(sent: asyncio.Future[None], error: Exception) -> None:
    if not sent.done():
        sent.set_exception(error)
