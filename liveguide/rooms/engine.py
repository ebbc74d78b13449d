"""
What an engine does for rooms, and the values that go between the two.

A room is what authors speak to; an engine is where the messages of all rooms go and come
from: this process's memory, a file, a Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

PAGE_BYTES = 256 * 1024
"""After which a part of a history ends, about: each who reads slowly holds one in memory."""


@dataclass(frozen=True, slots=True)
class Position:
    """
    A place in a room's history.

    Attributes:

        epoch: Which history: a random word, made with it; empty where none is kept.

        offset: The number of a message in it, from 1, without gaps; 0 for before all of them.
    """

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"


class Accepted(asyncio.Future[Position]):
    """Done when a message is accepted; what is sent after it is accepted after it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """
    What an engine must know of a room.

    Attributes:

        name: The room's name.

        history: How many messages are kept; 0 for none.

        history_seconds: How long each is kept.
    """

    name: str
    history: int = 0
    history_seconds: float = 600

    @property
    def is_durable(self) -> bool:
        """Whether anything is kept."""
        return self.history > 0


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A message in a room.

    Attributes:

        offset: Its number; 0 where no history is kept.

        id: What tells it from all others, given by whoever has sent it.

        message: What was said.

        sent: When the engine has taken it, in seconds since 1970.
    """

    offset: int
    id: str
    message: str | bytes
    sent: float


@dataclass(frozen=True, slots=True)
class Batch:
    """
    A part of a room's history.

    Attributes:

        epoch: Which history it is.

        first: The offset of the oldest message that is kept; `last + 1` where there is none.

        last: The offset of the newest message that there was.

        end: The offset up to which this part goes; some on the way may have been senseless.

        entries: Its messages, in order.
    """

    epoch: str
    first: int
    last: int
    end: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Member:
    """
    Somebody in a room.

    Attributes:

        id: Their connection, by a random word; another one at each connection.

        name: What they were called when they joined, if anything.
    """

    id: str
    name: str | None = None


class RoomError(Exception):
    """The base of the two errors below."""


class MessageTooLarge(RoomError):
    """A message has more bytes than a room takes."""


class NotAccepted(RoomError):
    """
    A message was not accepted, and nobody will be told it.

    Attributes:

        reason: Why, in one word: `away` (the engine is, and too much waits for it already),
            `full` (the engine is) or `stopping` (this process is).
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class EngineUnavailable(Exception):
    """An engine can't be used; the message is one sentence for the operator."""


class Listener(Protocol):
    """Who an engine tells what happens."""

    def on_entry(self, room: str, epoch: str, entry: Entry) -> None:
        """Hear of a message in a room that was subscribed to."""

    def on_several(self) -> None:
        """Hear that more than one message has come, or is on its way."""

    def on_presence(
        self, room: str, count: int, joined: Sequence[Member], left: Sequence[Member]
    ) -> None:
        """Hear who came and went in a room that was subscribed to, and how many are there now."""

    def on_up(self) -> None:
        """Hear that the engine is there again: what was said meanwhile must be read."""

    def on_down(self) -> None:
        """Hear that the engine is away."""


class Exchange(Protocol):
    """
    What an engine of many processes does for them besides rooms.

    Attributes:

        process: This process, by a random word.

        channels: Who hears what is said on a channel; filled before the engine is started.

        when_up: Called whenever the engine is there, for the first time too; filled likewise.
    """

    process: str
    channels: dict[bytes, Callable[[bytes], None]]
    when_up: list[Callable[[], None]]

    @property
    def is_up(self) -> bool: ...

    async def ask(self, *commands: Sequence[str | bytes | int]) -> list[Any]:
        """
        Do some commands of Redis, nothing between them, and return what each answers.

        Raises:

            ConnectionError: It is away.

            NotAccepted: It is there, and does not do that.
        """


class Engine(Protocol):
    """
    Where the messages of all rooms go, and come from.

    Attributes:

        name: What it is called in metrics.

        is_up: Whether it can be reached.

        waiting: How many messages wait until it accepts them.
    """

    name: str

    @property
    def is_up(self) -> bool: ...

    @property
    def waiting(self) -> int: ...

    async def start(self, listener: Listener) -> None:
        """
        Begin; whoever listens is told from now on.

        Raises:

            EngineUnavailable: It can't be used.
        """

    async def stop(self) -> None:
        """Accept what still waits, and end; where that takes too long, this is cancelled."""

    def publish(self, topic: Topic, message: str | bytes, id: str) -> Accepted:
        """
        Send a message to a room, on whatever process its members are.

        Returns:

            Done when it is accepted, or fails with `NotAccepted`. One whose *id* was accepted
            before is not sent again, but has the position that it had.

        Raises:

            NotAccepted: Too much waits already.
        """

    def subscribe(self, topic: Topic) -> asyncio.Future[Batch]:
        """
        Be told what is sent to a room from now on, and who comes and goes.

        Returns:

            A batch without entries, once that is so; it waits for an engine that is away.
        """

    def unsubscribe(self, topic: Topic) -> None:
        """Be told no more of a room."""

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """
        Return at most so many messages after an offset, and fewer if they are large.

        Raises:

            ConnectionError: The engine is away.
        """

    def enter(self, topic: Topic, member: Member) -> None:
        """Note that somebody is in a room."""

    def exit(self, topic: Topic, member: Member) -> None:
        """Note that they are not any more."""

    async def present(self, topic: Topic) -> Sequence[Member]:
        """
        Return who is in a room.

        Raises:

            ConnectionError: The engine is away.
        """
