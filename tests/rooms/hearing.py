"""Connections that only remember what they are told, and rooms of several processes in one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from liveguide.rooms.engine import Engine, Topic
from liveguide.rooms.resuming import Resuming
from liveguide.rooms.room import Room
from liveguide.rooms.rooms import Rooms

DONE: asyncio.Future[None]


class Hearing:
    """
    A connection.

    Args:

        since: What a client that resumes says; `None` for a plain one.

    Attributes:

        heard: What it was told.
    """

    def __init__(self, *since: str, plain: bool = False) -> None:
        self.heard: list[Any] = []
        self.changed = asyncio.Event()
        self._liveguide_resuming = None if plain else Resuming(since, self._write)

    def write_message(self, message: str | bytes, binary: bool = False) -> None:
        self.heard.append(message)
        self.changed.set()

    def _write(self, text: str) -> asyncio.Future[None]:
        self.heard.append(json.loads(text))
        self.changed.set()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        """Return what it was told of one kind."""
        return [said for said in self.heard if said["type"] == kind]

    @property
    def texts(self) -> list[str]:
        """What the messages said that it was told."""
        if self._liveguide_resuming is None:
            return self.heard
        return [said["text"] for said in self.kinds("message")]

    async def until(self, is_so: Callable[[], Any], seconds: float = 20) -> None:
        """Wait until something is so, looked at whenever it is told something."""
        async with asyncio.timeout(seconds):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()

    async def hears(self, count: int) -> list[str]:
        """Return what it heard, once that is so many messages."""
        await self.until(lambda: len(self.texts) >= count)
        return self.texts


class OneProcess:
    """
    The rooms of one process, behind an engine.

    Attributes:

        rooms: The rooms.

        room: One of them, which keeps some.
    """

    def __init__(self, engine: Engine, topic: Topic) -> None:
        self.engine = engine
        self.rooms = Rooms()
        self.rooms.use({topic.name: topic})

        self.room: Room = self.rooms(topic.name)

    async def start(self) -> OneProcess:
        await self.rooms.start(self.engine)
        return self

    def hearing(self, *since: str, plain: bool = False, name: str | None = None) -> Hearing:
        """Let a connection join the room, and return it."""
        hearing = Hearing(*since, plain=plain)
        self.room.join(hearing, name)
        return hearing
