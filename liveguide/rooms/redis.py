"""
The engine of many processes: streams and channels of a Redis, or of a Valkey.

Channels push what is said at once, and lose what was said while one was away; streams keep it.
A room therefore takes what is pushed for as long as no offset is missing, and else reads.

There is one session at a time: from a connection until anything about it fails. What fails ends
it, and the next one begins: that is all there is to a recovery.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    BusyLoadingError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from . import parcel
from .engine import (
    Batch,
    Engine,
    EngineUnavailable,
    Exchange,
    Listener,
    Member,
    NotAccepted,
    Position,
    Topic,
)
from .outbox import Outbox, Waiting
from .redis_log import NOTHING, RedisLog, refusal
from .redis_presence import RedisPresence
from .redis_scripts import Scripts, is_full, key, live

log = logging.getLogger(__name__)

START_SECONDS = 3.0
"""How long the start waits for an answer."""

SILENT_SECONDS = 5.0
"""After which a Redis that says nothing is given up; it is asked twice meanwhile."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""The bounds of the wait before a session is tried again, in seconds; it is random below them."""

_HELD = 1.0  # seconds after which a session was not one that fails as soon as it begins
_A_PUBLISH = 100  # messages that are sent together
_ASKING_AT_ONCE = 20  # far fewer than a pool has connections, which publishing needs as well
_AWAY = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError, OSError)
_WRONG = (RedisError, OSError, AttributeError)  # the last where a session's end cuts redis-py off


class RedisEngine(Engine, Exchange):
    """
    A Redis, by its address.

    Args:

        url: The address, as redis-py has it.

        shown: The same without a password, for the log.

        is_optional: Whether to start without it, and wait until it comes.
    """

    name = "redis"

    def __init__(self, url: str, shown: str, is_optional: bool = False) -> None:
        self._shown = shown
        self._is_optional = is_optional
        self._pool = ConnectionPool.from_url(
            url,
            protocol=2,
            socket_timeout=SILENT_SECONDS,
            socket_connect_timeout=START_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = Redis(connection_pool=self._pool)
        database = self._pool.connection_kwargs.get("db") or 0
        self._suffix = f"@{database}" if database else ""  # channels are those of all databases
        self._asking = asyncio.Semaphore(_ASKING_AT_ONCE)
        self._scripts = Scripts(self._redis)
        self._log = RedisLog(self._scripts, self._suffix)
        self._outbox = Outbox()
        self._topics: dict[str, Topic] = {}
        self._subscribing: dict[str, asyncio.Future[Batch]] = {}
        self._confirmed: dict[bytes, list[asyncio.Future[None]]] = {}
        self._running: asyncio.Task[None] | None = None
        self._tried: asyncio.Future[Exception | None]
        self._began_waiting = self._began_session = time.monotonic()
        self._connection: Any = None
        self._broken: asyncio.Future[None]
        self._is_up = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self.process = secrets.token_urlsafe(9)
        self.channels: dict[bytes, Callable[[bytes], None]] = {}
        self.when_up: list[Callable[[], None]] = []
        self._presence = RedisPresence(self.process, self._scripts, self._suffix)

    @property
    def is_up(self) -> bool:
        """Whether it can be reached."""
        return self._is_up

    @property
    def waiting(self) -> int:
        """How many messages wait until it accepts them."""
        return len(self._outbox)

    async def start(self, listener: Listener) -> None:
        """Begin, once Redis answers, or without it if it is optional."""
        self._listener = listener
        self._tried = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run())
        await asyncio.wait({self._tried}, timeout=START_SECONDS)
        if self._is_up:
            return
        why = f"no answer within {START_SECONDS:g} s"
        if self._tried.done():
            why = str(self._tried.result()) or type(self._tried.result()).__name__
        if not self._is_optional:
            self._cancel()
            raise EngineUnavailable(f"{self._shown} can't be used: {why}")
        log.warning("%s can't be used (%s); what is said waits until it comes", self._shown, why)

    async def stop(self) -> None:
        """Accept what still waits, and end."""
        self._outbox.close()
        try:
            await self._outbox.is_empty.wait()
            self._cancel()
            await self._presence.leave()
        except (RedisError, OSError):
            pass  # it is away: others find out that this process is gone
        finally:
            self._cancel()
            left = [*self._outbox.give_up()]
            if left:
                log.error("%d messages were not accepted before the end", len(left))
            with contextlib.suppress(RedisError, OSError):
                await self._pool.disconnect()

    def _cancel(self) -> None:
        if self._running is not None:
            self._running.cancel()

    # What a room asks for.

    def publish(self, topic: Topic, message: str | bytes, id: str) -> asyncio.Future[Position]:
        """Let a message wait its turn, which is next if Redis is there."""
        return self._outbox.add(topic, message, id)

    def subscribe(self, topic: Topic) -> asyncio.Future[Batch]:
        """Be told what is said in a room."""
        subscribing: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        self._topics[topic.name] = topic
        self._subscribing[topic.name] = subscribing
        if self._connection is not None:
            self._start(self._or_end(self._subscribe_now([topic.name])))
        return subscribing

    def unsubscribe(self, topic: Topic) -> None:
        """Be told no more; what still comes is passed over."""
        self._topics.pop(topic.name, None)
        subscribing = self._subscribing.pop(topic.name, None)
        if subscribing is not None:
            subscribing.cancel()
        if self._connection is not None:
            channel = live(topic.name, self._suffix)
            self._start(self._or_end(self._connection.send_command("UNSUBSCRIBE", channel)))

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset."""
        async with self._asking_if_up():
            try:
                return await self._log.read(topic, after, limit)
            except _WRONG as error:
                raise ConnectionError(str(error)) from None

    def enter(self, topic: Topic, member: Member) -> None:
        """Note that somebody is in a room."""
        self._presence.enter(topic.name, member)

    def exit(self, topic: Topic, member: Member) -> None:
        """Note that they are not any more."""
        self._presence.exit(topic.name, member)

    async def present(self, topic: Topic) -> Sequence[Member]:
        """Return who is in a room."""
        async with self._asking_if_up():
            try:
                found = await cast(Awaitable[Any], self._redis.hgetall(key(topic.name, "members")))
            except _WRONG as error:
                raise ConnectionError(str(error)) from None
        members = []
        for id, name in found.items():
            with contextlib.suppress(ValueError, RecursionError):  # it is none of ours
                members.append(parcel.read_member(id.decode(), name.decode()))
        return members

    async def ask(self, *commands: Sequence[str | bytes | int]) -> list[Any]:
        """Do some commands, for others than rooms."""
        async with self._asking_if_up():
            try:
                # A Redis that is full queues nothing for a transaction, not even questions.
                is_many = len(commands) > 1
                async with self._redis.pipeline(transaction=is_many) as pipeline:
                    for name, at, *values in commands:
                        if name == "PUBLISH":
                            at = self._channel(at)
                        pipeline.execute_command(name, at, *values)
                    return await pipeline.execute()
            except _WRONG as error:
                if isinstance(error, ResponseError) and not isinstance(error, _AWAY):
                    raise NotAccepted("full", str(error)) from None
                raise ConnectionError(str(error)) from None

    @contextlib.asynccontextmanager
    async def _asking_if_up(self) -> AsyncIterator[None]:
        """Wait for a turn: who all come at once must not take what publishing needs."""
        async with self._asking:
            if not self._is_up:
                raise ConnectionError("it is away")
            yield

    # A session.

    async def _run(self) -> None:
        """Have one session after another, at once after one that held, else after a wait."""
        bound = 0.0
        while True:
            try:
                await self._session()
            except _WRONG as error:
                held = self._is_up and time.monotonic() - self._began_session > _HELD
                bound = 0.0 if held else bound
                self._end_session(error)
            except Exception as error:
                log.exception("a session with %s failed", self._shown)
                bound = LONGEST_WAIT
                self._end_session(error)
            await asyncio.sleep(random.uniform(0, bound))
            bound = min(max(bound * 2, FIRST_WAIT), LONGEST_WAIT)

    async def _session(self) -> None:
        """Be connected, until that fails."""
        self._scripts.forget()
        self._confirmed.clear()
        # redis-py's pools carry no types.
        connection: Any = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.connect()
            self._connection = connection
            self._broken = asyncio.get_running_loop().create_future()
            reading = self._start(self._hear(connection))
            async with asyncio.timeout(SILENT_SECONDS):
                await self._first(reading, self._confirm([*map(self._channel, self.channels)]))
                await self._first(reading, self._subscribe_now([*self._topics]))
                await self._first(reading, self._presence.begin())
            self._begin_session()
            work = [self._flush(), self._ping(connection)]
            work += [self._presence.tell_changes(), self._presence.beat_on()]
            await self._first(reading, *work)
        finally:
            self._connection = None
            self._presence.end()
            for task in [*self._tasks]:
                task.cancel()
            with contextlib.suppress(Exception):
                await connection.disconnect(nowait=True)
                await self._pool.disconnect()  # of which others may hang, too

    async def _first(self, reading: asyncio.Task[Any], *work: Coroutine[Any, Any, Any]) -> None:
        """Do something until the first of it ends, or the connection does, which raises."""
        tasks = [self._broken, reading, *(self._start(one) for one in work)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()

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
        self._listener.on_up()
        for called in self.when_up:
            called()

    def _end_session(self, error: Exception) -> None:
        if not self._tried.done():
            self._tried.set_result(error)
        if self._is_up:
            self._is_up = False
            self._began_waiting = time.monotonic()
            why = str(error) or type(error).__name__
            log.warning("%s is away (%s); what is said waits", self._shown, why)
            self._listener.on_down()

    async def _ping(self, connection: Any) -> None:
        """Ask again and again: a connection without an answer fails by its timeout."""
        while True:
            await asyncio.sleep(SILENT_SECONDS / 2)
            await connection.send_command("PING")

    async def _subscribe_now(self, names: list[str]) -> None:
        """Subscribe to rooms, and say where they stand once that is so."""
        await self._confirm([live(name, self._suffix) for name in names])
        await asyncio.gather(*map(self._say_where, names))

    async def _confirm(self, channels: list[bytes]) -> None:
        """Subscribe to channels, and wait until that is so."""
        confirmed = [asyncio.get_running_loop().create_future() for _ in channels]
        for channel, future in zip(channels, confirmed, strict=True):
            self._confirmed.setdefault(channel, []).append(future)
        if channels:
            await self._connection.send_command("SUBSCRIBE", *channels)
            await asyncio.wait(confirmed)

    async def _say_where(self, name: str) -> None:
        """Say where a room stands, if somebody waits for that."""
        subscribing = self._subscribing.get(name)
        if subscribing is None or subscribing.done():
            return
        async with self._asking:
            try:
                batch = await self._log.read(self._topics[name], 0, 0)
            except _AWAY:
                raise
            except ResponseError:  # it is full, and has nothing of this room
                batch = NOTHING
        if not subscribing.done():
            subscribing.set_result(batch)

    async def _hear(self, connection: Any) -> None:
        """Take what is pushed."""
        while True:
            try:
                pushed = await connection.read_response()
            except ResponseError as error:
                if not is_full(error):
                    raise
                continue  # so it answers a ping while it can't write
            if not isinstance(pushed, list):
                continue  # the answer to a ping, before there is any room
            if pushed[0] == b"message":
                self._listener.on_several()
                self._pushed(pushed[1], pushed[2])
            elif pushed[0] == b"subscribe":
                confirmed = self._confirmed.get(pushed[1])
                if confirmed:
                    confirmed.pop(0).set_result(None)
                if not confirmed:
                    self._confirmed.pop(pushed[1], None)

    def _channel(self, name: Any) -> bytes:
        """Return what a channel of others than rooms is called in Redis."""
        return bytes(name) + self._suffix.encode()

    def _pushed(self, channel: bytes, data: bytes) -> None:
        channel = channel.removesuffix(self._suffix.encode())
        if channel in self.channels:
            self.channels[channel](data)
            return
        room = channel.removeprefix(b"liveguide:{").removesuffix(b"}:live").decode()
        if room not in self._topics:
            return
        try:
            if data.startswith(parcel.PRESENCE):
                self._listener.on_presence(room, *parcel.read_presence(data))
                return
            epoch, entry = parcel.read_message(data)
        except parcel.Senseless as senseless:
            self._log.passed_over(room, data[:20], senseless)
            return
        if epoch:
            self._log.knows(room, Position(epoch, entry.offset))
        self._listener.on_entry(room, epoch, entry)

    # What is sent.

    async def _flush(self) -> None:
        """Send what waits, in order."""
        while True:
            await self._outbox.has_some.wait()
            waiting = self._outbox.first(_A_PUBLISH)
            names = {message.topic.name for message in waiting}
            subscribing = [self._subscribing[name] for name in names & self._subscribing.keys()]
            pending = [future for future in subscribing if not future.done()]
            if pending:
                await asyncio.wait(pending)  # or who has just joined would not hear it
            await self._publish(waiting)

    async def _publish(self, waiting: list[Waiting]) -> None:
        """Send some together; what was not answered for is sent again in the next session."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for message in waiting:
                script, keys, values = self._log.call(message)
                sha = await self._scripts.sha(script)
                pipeline.evalsha(sha, len(keys), *keys, *values)
            results = await pipeline.execute(raise_on_error=False)
        for message, result in zip(waiting, results, strict=True):
            if isinstance(result, NoScriptError):
                self._scripts.forget()
                return  # they wait, and are sent again with the script
            if isinstance(result, _AWAY):
                raise result
            if isinstance(result, Exception):
                self._outbox.done(message, refusal(result))
                continue
            position = Position(result[0].decode(), result[1])
            if position.epoch:
                self._log.knows(message.topic.name, position)
            self._outbox.done(message, position)

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it raises it; the others end with the session
