"""All rooms of a process, and the engine behind them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

from .engine import Engine, Entry, Listener, Member, Topic
from .members import Handler
from .memory import MemoryEngine
from .process import Process
from .room import Room


class Rooms(Listener):
    """The rooms of a process, by name, and what their engine tells them."""

    def __init__(self) -> None:
        # Names may be made of anything, so a room that nobody is in or holds is forgotten.
        self._rooms: WeakValueDictionary[str, Room] = WeakValueDictionary()
        self._kept: list[Room] = []
        self._topics: dict[str, Topic] = {}
        memory = MemoryEngine()
        memory.listen(self)
        self.process = Process(memory)

    def __call__(self, name: str) -> Room:
        """Return the room of that name, always the same."""
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = Room(name, self.process)
            room.topic = self._topics.get(name, room.topic)
        return room

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self._rooms)

    def use(self, topics: Mapping[str, Topic]) -> None:
        """Keep of each room as much as is said here from now on; of all others nothing."""
        self._topics = dict(topics)
        for name, room in [*self._rooms.items()]:
            room.topic = self._topics.get(name, Topic(name))
        self._kept = [self(name) for name in topics]

    async def start(self, engine: Engine) -> None:
        """
        Begin with an engine, before anybody is in a room.

        Raises:

            EngineUnavailable: It can't be used.
        """
        self.process.engine = engine
        await engine.start(self)
        for room in [*self._rooms.values()]:
            room.listen_now()

    async def stop(self) -> None:
        """Let what was sent be accepted, and end; it may be cancelled."""
        await self.process.engine.stop()
        tasks = [*self.process.tasks]
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)

    def leave(self, handler: Handler) -> None:
        """Take a connection that has ended out of all rooms."""
        for room in [*self.process.joined.get(handler, ())]:
            room.leave(handler)

    def on_entry(self, room: str, epoch: str, entry: Entry) -> None:
        """Hand on a message."""
        found = self._rooms.get(room)
        if found is not None:
            found.on_entry(epoch, entry)

    def on_several(self) -> None:
        """Have what is told now leave together with what comes meanwhile."""
        if self.process.hold is not None:
            self.process.hold()

    def on_presence(
        self, room: str, count: int, joined: Sequence[Member], left: Sequence[Member]
    ) -> None:
        """Hand on who came and went."""
        found = self._rooms.get(room)
        if found is not None:
            found.on_presence(count, joined, left)

    def on_up(self) -> None:
        """Tell all rooms."""
        for room in [*self._rooms.values()]:
            room.on_up(True)

    def on_down(self) -> None:
        """Tell all rooms."""
        for room in [*self._rooms.values()]:
            room.on_up(False)


rooms = Rooms()
"""The process's own."""


def room(name: str) -> Room:
    """
    Return the room of that name: the same one wherever in the process it is asked for.

    Raises:

        TypeError: The name is no text.

        ValueError: It is not Unicode.
    """
    return rooms(name)
