"""Rooms whose histories are in a real SQLite file, and files that can't be used."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from liveguide.rooms.engine import EngineUnavailable, NotAccepted, Topic
from liveguide.rooms.sqlite import SQLiteEngine

from .hearing import Hearing, OneProcess

Begin = Callable[..., Awaitable[OneProcess]]


@pytest.fixture(name="begin")
async def _begin(tmp_path: Path) -> AsyncIterator[Begin]:
    """Return a function that begins with the rooms of a process, in the same file each time."""
    begun: list[OneProcess] = []

    async def begin(history: int = 100, seconds: float = 600) -> OneProcess:
        engine = SQLiteEngine(str(tmp_path / "rooms.db"))
        begun.append(await OneProcess(engine, Topic("queue", history, seconds)).start())
        return begun[-1]

    yield begin
    for process in begun:
        await process.rooms.stop()


async def test_a_history_outlives_its_process(begin: Begin) -> None:
    """Positions hold, texts stay texts and bytes bytes, and ids are remembered."""
    one = await begin()
    first = await one.room.send("one", id="a")
    await one.room.send(b"\x00\xff")
    await one.rooms.stop()
    two = await begin()

    assert await two.room.send("one", id="a") == first
    back = two.hearing(str(first))
    await back.until(lambda: back.kinds("message"))
    assert back.kinds("joined")[0]["recovered"] is True
    assert [said["data"] for said in back.kinds("message")] == ["AP8="]


async def test_all_that_waits_is_written_in_order(begin: Begin) -> None:
    """Members hear it as it was sent, and who comes meanwhile hears all of it once."""
    one = await begin(1000)
    plain, member = one.hearing(plain=True), one.hearing()
    sent = [one.room.send(str(i)) for i in range(300)]
    late = one.hearing()
    await asyncio.gather(*sent)
    sent += [one.room.send(str(i)) for i in range(300, 600)]

    for hearing in (plain, member, late):
        assert await hearing.hears(600) == [str(i) for i in range(600)]


async def test_what_is_written_together_is_told_together(begin: Begin) -> None:
    """Whoever sends to clients is told before the first message, so that it can hold them."""
    one = await begin()
    member = one.hearing(plain=True)
    held: list[int] = []
    one.rooms.process.hold = lambda: held.append(len(member.heard))
    for i in range(100):
        one.room.send(f"{i}")

    await member.hears(100)

    assert 0 < len(held) < 50  # only the first few may be written by themselves


async def test_what_is_old_or_too_much_is_forgotten(begin: Begin) -> None:
    """By count and by age; offsets go on."""
    one = await begin(3)
    for text in "abcd":
        await one.room.send(text)
    assert await one.hearing().hears(3) == [*"bcd"]
    short = dataclasses.replace(one.room.topic, history_seconds=0.05)

    async with asyncio.timeout(10):
        while (batch := await one.engine.read(short, 0, 10)).first < 5:
            pass  # each look goes through the thread

    assert (batch.last, batch.entries) == (4, [])
    assert (await one.room.send("e")).offset == 5


async def test_a_room_that_keeps_nothing_does_not_touch_the_file(begin: Begin) -> None:
    """What is sent is heard at once."""
    one = await begin(0)
    plain = one.hearing(plain=True)
    one.room.send("now")

    assert plain.heard == ["now"]


async def test_too_much_at_once_is_refused(begin: Begin) -> None:
    """More than a thousand messages don't wait for the disk."""
    one = await begin()
    sent = [one.room.send("x") for _ in range(1000)]

    with pytest.raises(NotAccepted, match="1000 messages wait already"):
        one.room.send("y")

    await asyncio.gather(*sent)
    await one.room.send("z")


async def test_what_can_t_be_written_is_refused_and_the_rest_goes_on(begin: Begin) -> None:
    """A full disk refuses messages, with a line in the log, and takes them when there is room."""
    one = await begin(10_000)
    member = one.hearing()
    await one.room.send("before")
    one.engine._jobs.put((lambda kept: kept._db.execute("PRAGMA max_page_count = 1"), _ignore))

    sent = [one.room.send("x" * 60_000) for _ in range(5)]
    outcomes = await asyncio.gather(*sent, return_exceptions=True)

    assert {getattr(outcome, "reason", "") for outcome in outcomes} == {"full"}
    one.engine._jobs.put((lambda kept: kept._db.execute("PRAGMA max_page_count = 9999"), _ignore))
    await one.room.send("after")
    await member.until(lambda: "after" in member.texts)


async def test_a_room_that_begins_on_a_full_disk_goes_on_when_there_is_space(begin: Begin) -> None:
    """Its members hear what is said then, though nothing of it could be read when they came."""
    one = await begin()
    room = one.rooms("a long name" * 1000)
    room.topic = Topic(room.name, 100)
    one.engine._jobs.put((lambda kept: kept._db.execute("PRAGMA max_page_count = 1"), _ignore))
    plain, member = Hearing(plain=True), Hearing("")
    room.join(plain)
    room.join(member)
    with pytest.raises(NotAccepted, match="full"):
        await room.send("before")

    one.engine._jobs.put((lambda kept: kept._db.execute("PRAGMA max_page_count = 9999"), _ignore))
    await member.until(lambda: member.kinds("joined"))
    await room.send("after")

    assert await plain.hears(1) == await member.hears(1) == ["after"]


async def test_large_messages_are_read_a_few_at_a_time(begin: Begin) -> None:
    """Who reads slowly holds no more of them in memory; all of them come."""
    one = await begin()
    for _ in range(20):
        await one.room.send("x" * 60_000)

    batch = await one.engine.read(one.room.topic, 2, 100)

    assert [entry.offset for entry in batch.entries] == [*range(3, batch.end + 1)]
    assert sum(len(entry.message) for entry in batch.entries) < 400_000
    assert len(await one.hearing().hears(20)) == 20


def _ignore(*_: object) -> None:
    pass


async def test_what_was_accepted_is_there_after_a_kill(tmp_path: Path) -> None:
    """A process is killed while it writes: all that it has said to be kept is kept."""
    program = """\
import asyncio, sys
from liveguide.rooms.engine import Topic
from liveguide.rooms.rooms import Rooms
from liveguide.rooms.sqlite import SQLiteEngine

async def main():
    rooms = Rooms()
    rooms.use({'queue': Topic('queue', 100_000)})
    await rooms.start(SQLiteEngine(sys.argv[1]))
    while True:
        for position in await asyncio.gather(*(rooms('queue').send('x') for _ in range(20))):
            print(position.offset, flush=True)

asyncio.run(main())
"""
    path = str(tmp_path / "rooms.db")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, path, stdout=PIPE)
    for _ in range(500):
        await process.stdout.readline()
    process.kill()
    told = [int(line) for line in (await process.communicate())[0].split(b"\n")[:-1]]
    one = await OneProcess(SQLiteEngine(path), Topic("queue", 100_000)).start()

    batch = await one.engine.read(one.room.topic, 0, 100_000)

    assert batch.last >= max(told, default=500)
    assert [entry.offset for entry in batch.entries] == [*range(1, batch.last + 1)]
    await one.rooms.stop()


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE other (a)")
    db.close()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda path: path.write_text("no database, but long enough to be taken for one" * 50),
            "file is not a database",
        ),
        (_foreign, "it is a file of something else"),
        (lambda path: path.mkdir(), "unable to open database file"),
    ],
)
async def test_a_file_that_can_t_be_used_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    """It is left as it is."""
    path = tmp_path / "rooms.db"
    make(path)

    with pytest.raises(EngineUnavailable) as raised:
        await OneProcess(SQLiteEngine(str(path)), Topic("queue", 5)).start()

    assert str(raised.value) == f"{path} can't be used: {why}"


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The likeliest slip."""
    path = tmp_path / "nowhere/rooms.db"

    with pytest.raises(EngineUnavailable, match=r"there is no folder .*/nowhere$"):
        await OneProcess(SQLiteEngine(str(path)), Topic("queue", 5)).start()


async def test_two_processes_can_t_share_a_file(begin: Begin) -> None:
    """The second one is told what can be shared."""
    await begin()

    with pytest.raises(EngineUnavailable, match=r"another process uses it; .* need redis://"):
        await begin()
