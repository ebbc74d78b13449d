"""Rooms over a real Redis, two processes' in this one."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from liveguide.rooms.engine import Batch, NotAccepted, Topic
from liveguide.rooms.redis import RedisEngine

from .beginning import Begin, seen
from .beginning import on_redis as on_redis
from .hearing import Hearing
from .redis_server import RedisServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("history", [0, 100])
async def test_what_is_said_in_one_process_all_hear_in_the_same_order(
    begin: Begin, history: int
) -> None:
    """Plain clients and those that resume, on two processes, with or without a history."""
    one, two = await begin(history), await begin(history)
    members = [p.hearing(plain=plain) for p in (one, two) for plain in (True, False)]
    for i in range(50):
        one.room.send(f"one {i}")
        two.room.send(f"two {i}")

    heard = [await member.hears(100) for member in members]

    assert heard[1:] == heard[:-1]
    assert [text for text in heard[0] if "one" in text] == [f"one {i}" for i in range(50)]


async def test_an_address_can_t_change_what_is_read_from_redis(begin: Begin) -> None:
    """Its query may set what redis-py waits for, but not make text of bytes."""
    process = await begin(query="&decode_responses=1&socket_timeout=9")
    member = process.hearing()

    await process.room.send("hello")

    assert await member.hears(1) == ["hello"]


async def test_what_comes_together_is_told_together(begin: Begin) -> None:
    """Whoever sends to clients is told where more has come; what comes alone need not be held."""
    process = await begin()
    member = process.hearing(plain=True)
    held: list[int] = []
    process.rooms.process.hold = lambda: held.append(len(member.heard))
    for i in range(3):
        process.room.send(f"{i}")

    await member.hears(3)

    assert held == [0, 1]  # it holds what comes in the same turn, so the last one too
    process.room.send("alone")
    await member.hears(4)
    assert held == [0, 1]


async def test_what_is_told_leaves_with_what_is_on_its_way(
    begin: Begin, redis: RedisServer
) -> None:
    """Redis is given a message, and one more while it works on that."""
    process = await begin()
    member = process.hearing(plain=True)
    await process.room.send("a room that is there")
    held: list[int] = []
    process.rooms.process.hold = lambda: held.append(len(member.heard))

    await redis.client.client_pause(60_000, all=False)
    process.room.send("one")
    await redis.client.ping()  # meanwhile it was sent
    process.room.send("two")
    await redis.client.client_unpause()
    await member.hears(3)

    assert held == [1]  # the last one has none behind it


async def test_a_position_of_one_process_is_recovered_at_another(begin: Begin) -> None:
    """The history is that of all, and outlives them."""
    one = await begin()
    first = one.hearing()
    for i in range(10):
        last = await one.room.send(str(i))
    await first.hears(10)
    await one.rooms.stop()
    two = await begin()

    back = two.hearing(f"{last.epoch}:6")

    assert await back.hears(4) == ["6", "7", "8", "9"]
    assert back.kinds("joined")[0]["recovered"] is True


async def test_who_come_back_together_have_what_they_missed_read_once(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the end of a server: each for itself would keep the next one busy for ever."""
    process = await begin(2000)
    said = [process.room.send(str(i)) for i in range(500)]
    epoch = (await said[-1]).epoch
    read, pages = RedisEngine.read, []

    async def noted(engine: RedisEngine, topic: Topic, after: int, limit: int) -> Batch:
        pages.extend([after] if limit else [])
        return await read(engine, topic, after, limit)

    monkeypatch.setattr(RedisEngine, "read", noted)
    members = [process.hearing(f"{epoch}:{i}") for i in range(50)]

    for number, member in enumerate(members):
        assert await member.hears(500 - number) == [str(i) for i in range(number, 500)]
    assert len(pages) < 10


async def test_a_replay_goes_over_into_what_is_said_meanwhile(begin: Begin) -> None:
    """Many pages of history, while others go on talking: each once, and in order."""
    one, two = await begin(2000), await begin(2000)
    await asyncio.gather(*(one.room.send(str(i)) for i in range(900)))
    live = two.hearing()

    async def go_on() -> None:
        for i in range(900, 1500):
            one.room.send(str(i))
            await asyncio.sleep(0)
            if i % 50 == 0:
                late.append(two.hearing())

    late = [two.hearing() for _ in range(5)]
    await go_on()

    for member in [live, *late]:
        assert await member.hears(1500) == [str(i) for i in range(1500)]


async def test_an_id_that_was_accepted_is_not_accepted_again(begin: Begin) -> None:
    """Whichever process gets it the second time: it has the position that it had."""
    one, two = await begin(), await begin()
    member = two.hearing()

    positions = [await one.room.send("x", id="a"), await two.room.send("x", id="a")]
    await one.room.send("y", id="b")

    assert positions[0] == positions[1]
    assert await member.hears(2) == ["x", "y"]


async def test_what_is_old_or_too_much_is_forgotten(begin: Begin) -> None:
    """By count at once, and by age at the next look; offsets go on."""
    one = await begin(3)
    for text in "abcd":
        await one.room.send(text)
    assert await one.hearing().hears(3) == [*"bcd"]
    short = dataclasses.replace(one.room.topic, history_seconds=0.05)

    batch = await seen(lambda: one.engine.read(short, 0, 10), lambda batch: batch.first == 5)

    assert (batch.last, batch.entries) == (4, [])
    assert (await one.room.send("e")).offset == 5


@pytest.mark.parametrize("old", [0, 1, 2, 3, 4, 150, 200])
async def test_all_that_is_old_is_forgotten_at_one_look(
    begin: Begin, redis: RedisServer, old: int
) -> None:
    """However many they are, with what has no time; what comes after them is kept."""
    one = await begin(1000)
    await redis.client.hset("liveguide:{queue}:at", mapping={"epoch": "e", "offset": 200})
    async with redis.client.pipeline() as pipeline:
        for offset in range(1, 201):
            entry = {"id": f"id-{offset}", "kind": "t", "message": str(offset)}
            if offset > old:
                entry["sent"] = str(2**42)
            elif offset > 1:
                entry["sent"] = "1"
            pipeline.xadd("liveguide:{queue}:log", entry, f"{offset}-0")
        await pipeline.execute()

    batch = await one.engine.read(one.room.topic, 0, 1000)

    assert (batch.first, batch.last) == (old + 1, 200)
    assert [entry.offset for entry in batch.entries] == [*range(old + 1, 201)]
    assert await redis.client.xlen("liveguide:{queue}:log") == 200 - old


async def test_what_nobody_uses_is_forgotten_at_last(begin: Begin, redis: RedisServer) -> None:
    """After a week, or a day after its last message is too old: Redis does not fill up."""
    day = 24 * 3600
    for seconds, at_least in ((600, 7 * day), (30 * day, 31 * day)):
        one = await begin(5, seconds)
        one.hearing()
        await one.room.send("x")
        await one.room.members()
        for key in await redis.client.keys("liveguide:*"):
            left = await redis.client.ttl(key)
            assert 0 < left <= at_least + 1, key
            if key.endswith((":at", ":log")):
                assert left > at_least - 60


async def test_large_messages_are_read_a_few_at_a_time(begin: Begin) -> None:
    """Who reads slowly holds no more of them in memory; all of them come."""
    one = await begin()
    for _ in range(20):
        await one.room.send("x" * 60_000)

    batch = await one.engine.read(one.room.topic, 2, 100)

    assert [entry.offset for entry in batch.entries] == [*range(3, batch.end + 1)]
    assert sum(len(entry.message) for entry in batch.entries) < 500_000
    assert len(await one.hearing().hears(20)) == 20


async def test_many_who_come_at_once_leave_connections_for_others(
    begin: Begin, redis: RedisServer
) -> None:
    """They wait for their turn to read; a pool that had no more would end the session."""
    one = await begin()
    await one.room.send("kept")
    one.hearing(plain=True)
    await one.room.members()

    many = [one.hearing() for _ in range(250)]

    for member in many:
        await member.hears(1)
        assert not member.kinds("away")
    assert len(await redis.client.client_list()) < 50


@pytest.mark.parametrize("history", [0, 100])
async def test_two_databases_are_two_worlds(begin: Begin, history: int) -> None:
    """Though Redis has channels for all together: nothing of one guide is heard in another."""
    first, second = await begin(history), await begin(history, database=1)
    worlds = []
    for process in (first, second):
        heard: list[bytes] = []
        worlds.append((process, process.hearing(name="Ada"), heard))
        process.engine.channels[b"news"] = heard.append
        await process.engine._subscriptions.add([process.engine._channel(b"news")])
    for _, member, _ in worlds:
        await member.until(lambda member=member: member.kinds("members"))
    for i, (process, _, _) in enumerate(worlds):
        await process.room.send(f"of {i}")
        await process.engine.ask(("PUBLISH", b"news", f"of {i}"))
    for i, (process, member, heard) in enumerate(worlds):
        await process.room.send("end")
        assert await member.hears(2) == [f"of {i}", "end"]
        assert heard == [b"of %d" % i]
        assert process.room.count() == 1
        assert not member.kinds("reset")


async def test_rooms_that_are_left_leave_nothing_behind(begin: Begin, redis: RedisServer) -> None:
    """Neither in the process nor, but for the list of processes, in Redis."""
    one = await begin()
    for i in range(50):
        passing, member = one.rooms(f"passing {i}"), Hearing("")
        passing.join(member)
        await passing._subscribed
        passing.leave(member)
    await seen(lambda: redis.client.keys("*:members"), lambda keys: not keys)

    assert not one.engine._subscriptions._confirmed
    assert not one.engine._topics


async def test_a_process_that_keeps_nothing_hears_one_that_does(begin: Begin) -> None:
    """While servers are given other settings one by one, what is said reaches all of them."""
    keeps, forgets = await begin(100), await begin(0)
    heard = [process.hearing(plain=True) for process in (keeps, forgets)]
    await keeps.room.send("a")
    await forgets.room.send("b")

    for member in heard:
        assert await member.hears(2) == ["a", "b"]


async def test_what_waits_is_accepted_before_the_end(begin: Begin, redis: RedisServer) -> None:
    """A server that stops lets its messages be kept."""
    one = await begin()
    sent = [one.room.send(str(i)) for i in range(200)]

    await one.rooms.stop()

    assert (await asyncio.gather(*sent))[-1].offset == 200
    with pytest.raises(NotAccepted, match="the server is stopping"):
        one.room.send("late")
