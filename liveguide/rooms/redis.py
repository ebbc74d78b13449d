"""
The engine of many processes: streams and channels of a Redis, or of a Valkey.

Channels push what is said at once, and lose what was said while one was away; streams keep it.
A room therefore takes what is pushed for as long as no offset is missing, and else reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast

from redis.exceptions import NoScriptError, RedisError, ResponseError

from . import parcel, redis_session
from .engine import (
    Accepted,
    Batch,
    Engine,
    Exchange,
    Listener,
    Member,
    NotAccepted,
    Position,
    Topic,
)
from .outbox import Outbox, Waiting
from .redis_log import NOTHING, RedisLog, refusal
from .redis_pipeline import Pipeline
from .redis_presence import RedisPresence
from .redis_scripts import Scripts, key, live
from .redis_session import AWAY, WRONG, RedisSessions
from .redis_subscriptions import Subscriptions

log = logging.getLogger(__name__)

_A_PUBLISH = 100  # messages that are sent together
_ASKING_AT_ONCE = 20  # far fewer than a pool has connections


class RedisEngine(RedisSessions, Engine, Exchange):
    """
    A Redis, by its address.

    Args:

        url: The address, as redis-py has it.

        shown: The same without a password, for the log.

        is_optional: Whether to start without it, and wait until it comes.
    """

    name = "redis"

    def __init__(self, url: str, shown: str, is_optional: bool = False) -> None:
        super().__init__(url, shown)
        self._is_optional = is_optional
        database = self._pool.connection_kwargs.get("db") or 0
        self._suffix = f"@{database}" if database else ""  # channels are those of all databases
        self._asking = asyncio.Semaphore(_ASKING_AT_ONCE)
        self._scripts = Scripts(self._redis)
        self._log = RedisLog(self._scripts, self._suffix)
        self._outbox = Outbox()
        self._topics: dict[str, Topic] = {}
        self._subscribing: dict[str, asyncio.Future[Batch]] = {}
        self._subscriptions = Subscriptions(self._pushed, lambda: self._listener.on_several())
        self.process = secrets.token_urlsafe(9)
        self.channels: dict[bytes, Callable[[bytes], None]] = {}
        self.when_up: list[Callable[[], None]] = []
        self._presence = RedisPresence(self.process, self._scripts, self._suffix)

    @property
    def waiting(self) -> int:
        """How many messages wait until it accepts them."""
        return len(self._outbox)

    async def start(self, listener: Listener) -> None:
        """Begin, once Redis answers, or without it if it is optional."""
        self._listener = listener
        await self._try(self._is_optional)

    async def stop(self) -> None:
        """Accept what still waits, and end."""
        self._outbox.close()
        try:
            await self._outbox.is_empty.wait()
            self._cancel()
            await self._until_cancelled()  # which ends the pool's connections
            await self._presence.leave()
        except WRONG:
            pass  # it is away: others find out that this process is gone
        finally:
            self._cancel()
            left = [*self._outbox.give_up()]
            if left:
                log.error("%d messages were not accepted before the end", len(left))
            with contextlib.suppress(RedisError, OSError):
                await self._pool.disconnect()
            await self._until_cancelled()

    # What a room asks for.

    def publish(self, topic: Topic, message: str | bytes, id: str) -> Accepted:
        """Let a message wait its turn, which is next if Redis is there."""
        return self._outbox.add(topic, message, id)

    def subscribe(self, topic: Topic) -> asyncio.Future[Batch]:
        """Be told what is said in a room."""
        subscribing: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        self._topics[topic.name] = topic
        self._subscribing[topic.name] = subscribing
        if self._subscriptions.has_begun:
            self._start(self._or_end(self._subscribe_now([topic.name])))
        return subscribing

    def unsubscribe(self, topic: Topic) -> None:
        """Be told no more; what still comes is passed over."""
        self._topics.pop(topic.name, None)
        subscribing = self._subscribing.pop(topic.name, None)
        if subscribing is not None:
            subscribing.cancel()
        if self._subscriptions.has_begun:
            channel = live(topic.name, self._suffix)
            self._start(self._or_end(self._subscriptions.discard(channel)))

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset."""
        async with self._asking_if_up():
            try:
                return await self._log.read(topic, after, limit)
            except WRONG as error:
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
            except WRONG as error:
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
            except WRONG as error:
                if isinstance(error, ResponseError) and not isinstance(error, AWAY):
                    raise NotAccepted("full", str(error)) from None
                raise ConnectionError(str(error)) from None

    @contextlib.asynccontextmanager
    async def _asking_if_up(self) -> AsyncIterator[None]:
        """Wait for a turn: all who come at once would need a connection each."""
        async with self._asking:
            if not self._is_up:
                raise ConnectionError("it is away")
            yield

    # A session.

    def _connected(self, hearing: Any, publishing: Any) -> None:
        self._scripts.forget()
        self._subscriptions.begin(hearing)
        self._pipeline = Pipeline(publishing, redis_session.SILENT_SECONDS)

    async def _begin(self) -> None:
        await self._subscriptions.add([*map(self._channel, self.channels)])
        await self._subscribe_now([*self._topics])
        await self._presence.begin()

    def _hear(self) -> Coroutine[Any, Any, None]:
        return self._subscriptions.hear()

    def _work(self) -> list[Coroutine[Any, Any, None]]:
        watch = self._subscriptions.watch(redis_session.SILENT_SECONDS)
        work = [self._flush(), watch]
        return [*work, self._presence.tell_changes(), self._presence.beat_on()]

    def _end(self) -> None:
        self._subscriptions.end()
        self._presence.end()

    def _came(self) -> None:
        self._listener.on_up()
        for called in self.when_up:
            called()

    def _went(self) -> None:
        self._listener.on_down()

    async def _subscribe_now(self, names: list[str]) -> None:
        """Subscribe to rooms, and say where they stand once that is so."""
        await self._subscriptions.add([live(name, self._suffix) for name in names])
        await asyncio.gather(*map(self._say_where, names))

    async def _say_where(self, name: str) -> None:
        """Say where a room stands, if somebody waits for that."""
        subscribing = self._subscribing.get(name)
        if subscribing is None or subscribing.done():
            return
        async with self._asking:
            try:
                batch = await self._log.read(self._topics[name], 0, 0)
            except AWAY:
                raise
            except ResponseError:  # it is full, and has nothing of this room
                batch = NOTHING
        if not subscribing.done():
            subscribing.set_result(batch)

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
        if self._outbox.newest not in ("", entry.id):
            self._listener.on_several()  # what was sent from here behind it is on its way back
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
        commands = []
        for message in waiting:
            script, keys, values = self._log.call(message)
            sha = await self._scripts.sha(script)
            commands.append(("EVALSHA", sha, len(keys), *keys, *values))
        results = await self._pipeline.run(commands)
        for message, result in zip(waiting, results, strict=True):
            if isinstance(result, NoScriptError):
                self._scripts.forget()
                return  # they wait, and are sent again with the script
            if isinstance(result, AWAY):
                raise result
            if isinstance(result, Exception):
                self._outbox.done(message, refusal(result))
                continue
            position = Position(result[0].decode(), result[1])
            if position.epoch:
                self._log.knows(message.topic.name, position)
            self._outbox.done(message, position)
