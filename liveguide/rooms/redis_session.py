"""
Sessions with a Redis, one after another.

There is one at a time: two connections, until anything about them fails. What fails ends it, and
the next one begins: that is all there is to a recovery.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ReadOnlyError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from .engine import EngineUnavailable

log = logging.getLogger(__name__)

START_SECONDS = 3.0
"""How long the start waits for an answer."""

SILENT_SECONDS = 5.0
"""After which a Redis that says nothing is given up; it is asked twice meanwhile."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""The bounds of the wait before a session is tried again, in seconds; it is random below them."""

AWAY = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError, OSError)
"""What is raised where Redis is away."""

WRONG = (RedisError, OSError, AttributeError)
"""Whatever can be wrong; the last where the end of a session cuts redis-py off."""

_TO_END = 0.1  # seconds until a task is cancelled again
_TO_CANCEL = 1.0  # seconds, far more than all of them take
_HELD = 1.0  # seconds after which a session was not one that fails as soon as it begins


class RedisSessions(ABC):
    """
    Sessions with a Redis: what is done in each is up to a subclass.

    Args:

        url: The address, as redis-py has it.

        shown: The same without a password, for the log.

    Raises:

        ValueError: It is no address.

        TypeError: Its query has a name that redis-py does not know.
    """

    def __init__(self, url: str, shown: str) -> None:
        self._shown = shown
        self._pool = ConnectionPool.from_url(
            url,
            protocol=2,
            socket_timeout=SILENT_SECONDS,
            socket_connect_timeout=START_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        # Whatever the query says: bytes are read here.
        self._pool.connection_kwargs["decode_responses"] = False
        self._new_connection()  # which raises what is wrong with the query
        self._redis = Redis(connection_pool=self._pool)
        self._running: asyncio.Task[None] | None = None
        self._tried: asyncio.Future[Exception | None]
        self._began_waiting = self._began_session = time.monotonic()
        self._broken: asyncio.Future[None]
        self._is_up = False
        self._is_over = False
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def is_up(self) -> bool:
        """Whether it can be reached."""
        return self._is_up

    # What a subclass does.

    @abstractmethod
    def _connected(self, hearing: Any, publishing: Any) -> None:
        """Use new connections."""

    @abstractmethod
    async def _begin(self) -> None:
        """Do what must be done before Redis counts as there."""

    @abstractmethod
    def _hear(self) -> Coroutine[Any, Any, None]:
        """Take what is pushed on the first of them."""

    @abstractmethod
    def _work(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Return what is done for as long as Redis is there."""

    @abstractmethod
    def _end(self) -> None:
        """Note that they are of no use any more."""

    @abstractmethod
    def _came(self) -> None:
        """Tell others that Redis is there."""

    @abstractmethod
    def _went(self) -> None:
        """Tell others that it is away."""

    # What is done here.

    async def _try(self, is_optional: bool) -> None:
        """
        Begin with sessions; return when there is one, or none for now if that may be.

        Raises:

            EngineUnavailable: There is none, and there must be.
        """
        self._tried = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run())
        await asyncio.wait({self._tried}, timeout=START_SECONDS)
        if self._is_up:
            return
        why = f"no answer within {START_SECONDS:g} s"
        if self._tried.done():
            why = str(self._tried.result()) or type(self._tried.result()).__name__
        if not is_optional:
            self._cancel()
            raise EngineUnavailable(f"{self._shown} can't be used: {why}")
        log.warning("%s can't be used (%s); what is said waits until it comes", self._shown, why)

    def _cancel(self) -> None:
        """Begin no more sessions, and end the last one; a second time would only disturb that."""
        if self._running is not None and not self._is_over:
            self._is_over = True
            self._running.cancel()

    async def _until_cancelled(self) -> None:
        """Wait until no session is left, but not for long: what stops must come to an end."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=_TO_CANCEL)

    async def _run(self) -> None:
        """Have one session after another, at once after one that held, else after a wait."""
        bound = 0.0
        while True:
            try:
                await self._session()
            except WRONG as error:
                held = self._is_up and time.monotonic() - self._began_session > _HELD
                bound = 0.0 if held else bound
                self._end_session(error)
            except Exception as error:
                log.exception("a session with %s failed", self._shown)
                bound = LONGEST_WAIT
                self._end_session(error)
            await asyncio.sleep(random.uniform(0, bound))
            bound = min(max(bound * 2, FIRST_WAIT), LONGEST_WAIT)

    def _new_connection(self) -> Any:
        return self._pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py has none

    async def _session(self) -> None:
        """Be connected, until that fails."""
        try:
            async with self._connection() as hearing, self._connection() as publishing:
                self._broken = asyncio.get_running_loop().create_future()
                self._connected(hearing, publishing)
                reading = self._start(self._hear())
                async with asyncio.timeout(SILENT_SECONDS):
                    await self._first(reading, self._begin())
                self._begin_session()
                await self._first(reading, *self._work())
        finally:
            self._end()
            self._cancel_tasks()
            with contextlib.suppress(Exception):  # whatever it raises, this session is over
                await self._pool.disconnect()  # whose connections may hang as well
            await self._until_ended()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """Have a connection that is not the pool's."""
        connection = self._new_connection()
        try:
            await connection.connect()
            if self._is_over:
                raise asyncio.CancelledError  # which redis-py may have lost, see `_until_ended`
            yield connection
        finally:
            with contextlib.suppress(Exception):
                await connection.disconnect(nowait=True)

    async def _first(self, reading: asyncio.Task[Any], *work: Coroutine[Any, Any, Any]) -> None:
        """Do something until the first of it ends, or the connection does, which raises."""
        tasks = [self._broken, reading, *(self._start(one) for one in work)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()

    def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _until_ended(self) -> None:
        """
        Wait until what was cancelled has ended: in the next session, two would send what waits.

        Each is cancelled until it does: redis-py sends by `asyncio.wait_for`, which before
        Python 3.12 loses a cancellation that comes as it returns.
        """
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=_TO_END)
            self._cancel_tasks()

    async def _or_end(self, work: Awaitable[Any]) -> None:
        """Do something, and end the session if it fails."""
        try:
            await work
        except Exception as error:
            if not self._broken.done():
                self._broken.set_exception(error)

    def _begin_session(self) -> None:
        self._is_up, self._began_session = True, time.monotonic()
        if self._tried.done():
            away = time.monotonic() - self._began_waiting
            log.warning("%s is there again, after %.1f s", self._shown, away)
        else:
            self._tried.set_result(None)
        self._came()

    def _end_session(self, error: Exception) -> None:
        if not self._tried.done():
            self._tried.set_result(error)
        if self._is_up:
            self._is_up = False
            self._began_waiting = time.monotonic()
            why = str(error) or type(error).__name__
            log.warning("%s is away (%s); what is said waits", self._shown, why)
            self._went()

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it raises it; the others end with the session
