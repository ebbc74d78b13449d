"""
Who is in which room, over many processes, right after crashes too.

Each process says every few seconds that it lives, by the clock of Redis. One that has not said so
for a while is given up by any other, once, and its members are taken out of all rooms.

A Redis that is full lets members go, and tells of those who came once there is room: at a beat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.exceptions import OutOfMemoryError

from . import parcel, redis_scripts
from .engine import Member
from .redis_scripts import key, live

BEAT_SECONDS = 3.0
GONE_SECONDS = 10.0

_PROCESSES = b"liveguide:processes"

RunScript = Callable[[str, Sequence[bytes], Sequence[Any]], Awaitable[Any]]


class RedisPresence:
    """
    The members that one process has, as Redis is to know them.

    Args:

        process: The process, by a random word.

        script: Runs a script, with its keys and arguments.

        suffix: Ends the names of channels.
    """

    def __init__(self, process: str, script: RunScript, suffix: str) -> None:
        self._suffix = suffix
        self._process = process
        self._script = script
        self._members: dict[str, dict[str, Member]] = {}
        self._changes: dict[str, dict[str, Member | None]] = {}
        self._unsure: set[str] = set()  # rooms in which Redis may know others than are there
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()  # to tell: all that are there, or who has come since
        self._is_telling = False  # if not, all is told when that begins, however long it takes

    def enter(self, room: str, member: Member) -> None:
        """Note that somebody is in a room."""
        self._members.setdefault(room, {})[member.id] = member
        self._note(room, member.id, member)

    def exit(self, room: str, member: Member) -> None:
        """Note that they are not any more."""
        members = self._members.get(room, {})
        members.pop(member.id, None)
        if not members:
            self._members.pop(room, None)
        self._note(room, member.id, None)

    def _note(self, room: str, id: str, member: Member | None) -> None:
        if not self._is_telling:
            self._unsure.add(room)
            return
        self._changes.setdefault(room, {})[id] = member
        self._changed.set()

    async def begin(self) -> None:
        """Say that the process lives, and who is there: Redis may have been away, or be another."""
        self._unsure |= self._members.keys() | self._changes.keys()
        self._changes.clear()
        self._is_telling = True
        await self._beat()

    def end(self) -> None:
        """Tell nobody until it begins again: who comes and goes meanwhile need not be kept."""
        self._unsure |= self._changes.keys()
        self._changes.clear()
        self._is_telling = False

    async def leave(self) -> None:
        """Say that the process ends, and all its members have gone."""
        keys = [_PROCESSES, self._rooms(self._process)]
        await self._script(redis_scripts.REAP, keys, [self._process, 0, self._suffix])

    async def tell_changes(self) -> None:
        """Tell who comes and goes."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._changes:
                async with self._turn:
                    await self._tell_changes_of(next(iter(self._changes)))

    async def _tell_changes_of(self, room: str) -> None:
        changes, self._changes[room] = self._changes[room], {}
        came = [member for member in changes.values() if member is not None]
        went = [id for id, member in changes.items() if member is None]
        was_sure = room not in self._unsure
        self._unsure.add(room)  # until it is told
        if await self._tell(room, came, went) and was_sure:
            self._unsure.discard(room)
        if not self._changes[room]:
            del self._changes[room]

    async def _tell(self, room: str, came: Any, went: Any, is_all: bool = False) -> bool:
        """Tell who came and went, and return whether Redis had room for it."""
        keys = [key(room, "members"), live(room, self._suffix), self._rooms(self._process)]
        # An id begins with that of its process, by which others take it out if that is gone.
        joined = [[f"{self._process}:{m.id}", parcel.write_name(m.name)] for m in came]
        left = [f"{self._process}:{id}" for id in went]
        values = [room, self._process, int(is_all), json.dumps(joined), json.dumps(left)]
        try:
            await self._script(redis_scripts.PRESENCE, keys, values)
        except OutOfMemoryError:
            return False
        return True

    async def beat_on(self) -> None:
        """Say again and again that the process lives."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._beat()

    async def _beat(self) -> None:
        """Say that the process lives, and who is where it is unsure; give up those that don't."""
        is_new, gone = await self._script(
            redis_scripts.BEAT, [_PROCESSES], [self._process, int(GONE_SECONDS * 1000)]
        )
        for other in gone:
            keys = [_PROCESSES, self._rooms(other.decode())]
            await self._script(
                redis_scripts.REAP, keys, [other, int(GONE_SECONDS * 1000), self._suffix]
            )
        if is_new:  # it was given up itself, while it was held up
            self._unsure |= self._members.keys()
        async with self._turn:
            for room in [*self._unsure]:
                members = self._members.get(room, {}).values()
                if await self._tell(room, members, (), is_all=True):
                    self._unsure.discard(room)

    @staticmethod
    def _rooms(process: str) -> bytes:
        return f"liveguide:process:{process}:rooms".encode()
