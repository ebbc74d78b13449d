"""
How an author's functions are called: in the name of their connection, which an error ends.

What they say meanwhile is told to the page that watches. An error of one closes that one
connection with 1011, is logged with its place, and is counted.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ..rooms.engine import Accepted
from .close_codes import INTERNAL_ERROR
from .endpoints.callbacks import Callback
from .endpoints.leftovers import working
from .reporting.counts import Counts
from .reporting.logs import event, session_mark
from .resuming import close_code, tell_failed
from .sessions.session import Session
from .sessions.sessions import Sessions
from .tracing.console import listening
from .tracing.traced import TracedConnection

if TYPE_CHECKING:
    from .endpoint import Endpoint

log = logging.getLogger(__name__)

_LONGEST_REASON = 123
_MOST_AHEAD = 16
"""So many messages of a client's may wait in rooms until they are accepted; its next ones wait."""


class AuthorsCalls(WebSocketHandler):
    """
    A connection that calls an author's functions.

    What stands here has names that no author's class takes.

    Attributes:

        session: A dict for the reader, `id` in it.
    """

    session: dict[str, Any]

    def _liveguide_begin(
        self,
        endpoint: Endpoint,
        counts: Counts,
        traced: TracedConnection | None,
        sessions: Sessions,
    ) -> None:
        """
        Begin.

        Args:

            endpoint: What this connection is to.

            counts: Where errors are counted, and how long functions took.

            traced: Who is told what they say, if anybody.

            sessions: Shares what they put into the session.
        """
        self._liveguide_endpoint = endpoint
        self.__counts = counts
        self._liveguide_traced = traced
        self._liveguide_reference: weakref.ref[WebSocketHandler] = weakref.ref(self)
        self._liveguide_ended = False
        self.__ahead = 0
        self.__sessions = sessions
        self._liveguide_session: Session | None = None  # where other processes share it

    def _liveguide_run(
        self, key: str, method: Callable[..., Any], *values: Any, **named: Any
    ) -> Awaitable[None] | None:
        """
        Call a method of the author's.

        It is called in the connection's own context, by which what it says meanwhile is told
        to this page: `prepare` has set it, and the protocol keeps it. Only a function of
        another connection that calls this one's method has brought its own.
        """
        if working.get() is not self._liveguide_reference:
            with self.__speaking():
                waits = self._liveguide_run(key, method, *values, **named)
            return None if waits is None else self.__wait_speaking(waits)
        began = 0.0 if self.__counts.handler_seconds is None else perf_counter()
        # An author's sys.exit() is an error of that function, not the server's end.
        try:
            result = method(*values, **named)
            # What a room in memory accepts, and what is written at once, is done already.
            if isinstance(result, asyncio.Future) and result.done() and not result.cancelled():
                result.result()
                result = None
        except (Exception, SystemExit) as error:
            self._liveguide_fail(key, error)
            return None
        if isinstance(result, Accepted) and self.__ahead < _MOST_AHEAD:
            self.__ahead += 1
            result.add_done_callback(partial(self.__accepted, key))
        elif result is not None and inspect.isawaitable(result):
            return self.__wait(key, result, began)
        if self._liveguide_session is not None:
            self._liveguide_share(key)
        if began:
            self.__took(key, began)
        return None

    def _liveguide_share(self, key: str) -> None:
        """Tell other processes what an author's function has put into the session."""
        if self._liveguide_session is not None:
            try:
                self.__sessions.share(self._liveguide_session)
            except TypeError as error:
                self._liveguide_session = None
                self._liveguide_fail(key, error)

    @contextmanager
    def __speaking(self) -> Iterator[None]:
        heard, worked = (
            listening.set(self._liveguide_traced),
            working.set(self._liveguide_reference),
        )
        try:
            yield
        finally:
            listening.reset(heard)
            working.reset(worked)

    async def __wait_speaking(self, result: Awaitable[None]) -> None:
        with self.__speaking():
            await result

    async def __wait(self, key: str, result: Awaitable[Any], began: float) -> None:
        try:
            await result
            self._liveguide_share(key)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            self._liveguide_fail(key, error)
        except (Exception, SystemExit) as error:
            self._liveguide_fail(key, error)
        finally:
            if began:
                self.__took(key, began)

    def __accepted(self, key: str, accepted: Accepted) -> None:
        self.__ahead -= 1
        try:
            accepted.result()
        except (Exception, asyncio.CancelledError) as error:
            if not self._liveguide_ended:
                self._liveguide_fail(key, error)

    def __took(self, key: str, began: float) -> None:
        pattern = self._liveguide_endpoint.route.pattern
        self.__counts.took(pattern, key, perf_counter() - began)

    def _liveguide_fail(self, key: str, error: BaseException) -> None:
        """Log an author's error and close this connection; all others go on."""
        leaving = self.ws_connection is None or self.ws_connection.is_closing()
        if leaving and only_closed(error):
            return  # an awaited message to a reader who has just left
        callback = self._liveguide_endpoint.callbacks[key]
        code = close_code(error)
        self.__counts.failed[self._liveguide_endpoint.route.pattern] += 1
        log.error(
            "%s failed (%s); its connection is closed with %d%s",
            callback.label,
            callback.place,
            code,
            "" if code == INTERNAL_ERROR else f": {error}",
            exc_info=error if code == INTERNAL_ERROR else None,
            extra=self.__failed(callback),
        )
        if self._liveguide_traced is not None:
            self._liveguide_traced.failed(callback.label, error)
        tell_failed(error)
        said = f"{callback.label} failed" if code == INTERNAL_ERROR else str(error)
        self._liveguide_end(code, said.encode()[:_LONGEST_REASON].decode(errors="ignore"))

    def __failed(self, callback: Callback) -> dict[str, Any]:
        return event(
            "failed",
            callback.place,
            function=callback.label,
            place=callback.place,
            endpoint=self._liveguide_endpoint.route.pattern,
            session=session_mark(str(self.session.get("id"))),
        )

    def _liveguide_end(self, code: int, reason: str) -> None:
        """Close this connection, and hand on nothing that its client still sends."""
        self._liveguide_ended = True
        self.close(code, reason)


def only_closed(error: BaseException) -> bool:
    """Say whether *error* is a closed connection, or a group of nothing else."""
    if isinstance(error, BaseExceptionGroup):
        return all(only_closed(inner) for inner in error.exceptions)
    return isinstance(error, WebSocketClosedError)


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


no_exit = _NoExit()
