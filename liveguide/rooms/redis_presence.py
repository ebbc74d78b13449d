"""
Who is in which room, over many processes, right after crashes too.

Each process says every few seconds that it lives, by the clock of Redis. One that has not said so
for a while is given up by any other, once, and its members are taken out of all rooms.

A Redis that is full lets members go, and tells of those who came once there is room: at a beat.
One that can't write to its disk takes no beats either: nobody is given up meanwhile.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping

from redis.exceptions import NoScriptError, ResponseError

from . import parcel, redis_scripts
from .engine import Member
from .redis_scripts import Call, Scripts, is_full, key, live

BEAT_SECONDS = 3.0
GONE_SECONDS = 10.0

_AT_ONCE = 100  # rooms that are told together: who is far away answers late

_PROCESSES = b"liveguide:processes"


def _may_wait(error: Exception) -> bool:
    """Say whether what was not told may be told at the next beat."""
    return is_full(error) or isinstance(error, NoScriptError)


class RedisPresence:
    """
    The members that one process has, as Redis is to know them.

    Args:

        process: The process, by a random word.

        scripts: Runs scripts there.

        suffix: Ends the names of channels.
    """

    def __init__(self, process: str, scripts: Scripts, suffix: str) -> None:
        self._suffix = suffix
        self._process = process
        self._scripts = scripts
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
        await self._scripts.run(redis_scripts.REAP, keys, [self._process, 0, self._suffix])

    async def tell_changes(self) -> None:
        """Tell who comes and goes."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._changes:
                async with self._turn:
                    await self._tell_some_changes()

    async def _tell_some_changes(self) -> None:
        rooms = [*self._changes][:_AT_ONCE]
        calls = {}
        for room in rooms:
            changes, self._changes[room] = self._changes[room], {}
            came = [member for member in changes.values() if member is not None]
            went = [id for id, member in changes.items() if member is None]
            calls[room] = self._call(room, came, went)
        were_sure = calls.keys() - self._unsure
        self._unsure.update(calls)  # until it is told
        self._unsure -= await self._tell(calls) & were_sure
        for room in rooms:
            if not self._changes[room]:
                del self._changes[room]

    def _call(
        self, room: str, came: Iterable[Member], went: Iterable[str], is_all: bool = False
    ) -> Call:
        """Return how to tell who came to a room and who went, or who is there at all."""
        keys = [key(room, "members"), live(room, self._suffix), self._rooms(self._process)]
        # An id begins with that of its process, by which others take it out if that is gone.
        joined = [[f"{self._process}:{m.id}", parcel.write_name(m.name)] for m in came]
        left = [f"{self._process}:{id}" for id in went]
        return keys, [room, self._process, int(is_all), json.dumps(joined), json.dumps(left)]

    async def _tell(self, calls: Mapping[str, Call]) -> set[str]:
        """Tell of some rooms, and return those that Redis had room for."""
        results = await self._scripts.run_all(redis_scripts.PRESENCE, [*calls.values()])
        told = dict(zip(calls, results, strict=True))
        for result in results:
            if isinstance(result, Exception) and not _may_wait(result):
                raise result
        return {room for room, result in told.items() if not isinstance(result, Exception)}

    async def beat_on(self) -> None:
        """Say again and again that the process lives."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._beat()

    async def _beat(self) -> None:
        """Say that the process lives, and who is where it is unsure; give up those that don't."""
        try:
            is_new = await self._give_up_others()
        except ResponseError as error:
            if not is_full(error):
                raise
            return
        if is_new:  # it was given up itself, while it was held up
            self._unsure |= self._members.keys()
        async with self._turn:
            unsure = [*self._unsure]
            for at in range(0, len(unsure), _AT_ONCE):
                some = unsure[at : at + _AT_ONCE]
                there = {room: self._members.get(room, {}).values() for room in some}
                calls = {room: self._call(room, there[room], (), is_all=True) for room in some}
                self._unsure -= await self._tell(calls)

    async def _give_up_others(self) -> bool:
        """Say that the process lives; return whether nobody knew."""
        silent = int(GONE_SECONDS * 1000)
        values = [self._process, silent]
        is_new, gone = await self._scripts.run(redis_scripts.BEAT, [_PROCESSES], values)
        for other in gone:
            keys = [_PROCESSES, self._rooms(other.decode())]
            await self._scripts.run(redis_scripts.REAP, keys, [other, silent, self._suffix])
        return bool(is_new)

    @staticmethod
    def _rooms(process: str) -> bytes:
        return f"liveguide:process:{process}:rooms".encode()
