"""A line to Redis that is cut without a word: nothing answers, nor says that it will not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from liveguide.rooms import redis_session
from liveguide.rooms.engine import Topic
from liveguide.rooms.redis import RedisEngine

from .hearing import Hearing, OneProcess
from .redis_server import RedisServer

pytestmark = pytest.mark.browser


class Line:
    """
    A line to a Redis that can be cut: what is sent on it then arrives nowhere.

    Attributes:

        port: Where it begins.

        seconds: How long what is sent is on its way.
    """

    def __init__(self, redis: RedisServer) -> None:
        self._path = redis.socket
        self._goes = asyncio.Event()
        self._goes.set()
        self._ends: list[asyncio.StreamWriter] = []
        self.port = 0
        self.seconds = 0.0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Carry nothing more; connections stay open."""
        self._goes.clear()

    def mend(self) -> None:
        """Carry again; what was on its way is lost, with its connections."""
        for end in self._ends:
            end.transport.abort()
        self._goes.set()

    async def close(self) -> None:
        self.mend()
        self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._goes.wait()
        there, back = await asyncio.open_unix_connection(self._path)
        self._ends += [writer, back]
        await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.seconds)
                if self._goes.is_set():
                    writer.write(data)
        except OSError:
            pass
        writer.close()


@pytest.fixture(name="line")
async def _line(redis: RedisServer) -> AsyncIterator[Line]:
    """Return a line to a Redis that runs."""
    line = Line(redis)
    await line.open()
    yield line
    await line.close()


async def test_a_line_that_is_cut_costs_time_and_nothing_else(
    line: Line, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients are told; both sides go on meanwhile; and in the end all have heard the same."""
    monkeypatch.setattr(redis_session, "SILENT_SECONDS", 1.0)
    topic = Topic("queue", 1000)
    here = await OneProcess(RedisEngine(redis.url, "Redis"), topic).start()
    cut_off = await OneProcess(
        RedisEngine(f"redis://127.0.0.1:{line.port}/0", "Redis"), topic
    ).start()
    members = [here.hearing(), cut_off.hearing(), cut_off.hearing(plain=True)]
    for member in members[:2]:
        await member.until(lambda member=member: member.kinds("joined"))
    await here.room.send("before")
    for member in members:
        await member.hears(1)

    line.cut()
    sent = [cut_off.room.send(f"from there {i}") for i in range(20)]
    for i in range(20):
        await here.room.send(f"from here {i}")
    await members[1].until(lambda: members[1].kinds("away"))
    line.mend()
    await asyncio.gather(*sent)

    heard = [await member.hears(41) for member in members]
    assert heard[0] == heard[1] == heard[2]
    assert [text for text in heard[0] if "there" in text] == [f"from there {i}" for i in range(20)]
    await members[1].until(lambda: members[1].kinds("back"))
    for process in (here, cut_off):
        await process.rooms.stop()


async def test_many_rooms_are_told_over_a_slow_line(
    line: Line, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session with 600 of them begins within the time in which Redis must answer."""
    monkeypatch.setattr(redis_session, "SILENT_SECONDS", 3.0)
    engine = RedisEngine(f"redis://127.0.0.1:{line.port}/0", "Redis")
    process = await OneProcess(engine, Topic("queue", 10)).start()
    member = process.hearing()
    await member.until(lambda: member.kinds("joined"))
    others = [process.rooms(f"room {i}") for i in range(600)]
    for other in others:
        other.join(Hearing(plain=True), "Ada")
    line.seconds = 0.01

    line.mend()  # it ends what is open
    await member.until(lambda: member.kinds("back"))

    line.seconds = 0
    assert {each.name for other in others for each in await other.members()} == {"Ada"}
    await process.rooms.stop()
