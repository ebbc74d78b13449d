"""Rooms over a real Redis, two processes' in this one; and what a Redis may suffer."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ResponseError

from liveguide.rooms import redis_presence, redis_session
from liveguide.rooms.engine import Batch, EngineUnavailable, NotAccepted, Topic
from liveguide.rooms.redis import RedisEngine
from liveguide.rooms.redis_scripts import is_full

from .hearing import Hearing, OneProcess
from .redis_server import RedisServer

pytestmark = pytest.mark.browser

Begin = Callable[..., Awaitable[OneProcess]]


@pytest.fixture(name="begin")
async def _begin(redis: RedisServer) -> AsyncIterator[Begin]:
    """Return a function that begins with the rooms of one process, all behind the same Redis."""
    begun: list[OneProcess] = []

    async def begin(
        history: int = 100, seconds: float = 600, database: int = 0, **options: bool
    ) -> OneProcess:
        url = redis.url.replace("db=0", f"db={database}")
        engine = RedisEngine(url, "Redis", **options)
        process = await OneProcess(engine, Topic("queue", history, seconds)).start()
        begun.append(process)
        return process

    yield begin
    for process in begun:
        try:
            async with asyncio.timeout(2):
                await process.rooms.stop()
        except TimeoutError:
            pass


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

    async with asyncio.timeout(10):
        while (batch := await one.engine.read(short, 0, 10)).first < 5:
            pass  # each look is a round trip to Redis

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


async def test_a_redis_that_is_killed_and_comes_back_loses_nothing(
    begin: Begin, redis: RedisServer
) -> None:
    """Sockets stay, clients are told, what is said waits, and all comes once and in order."""
    one, two = await begin(1000), await begin(1000)
    member, plain = two.hearing(), two.hearing(plain=True)
    await member.until(lambda: member.kinds("joined"))
    sent = [one.room.send(str(i)) for i in range(100)]
    await asyncio.wait(sent[:1])
    await redis.kill()
    await member.until(lambda: member.kinds("away"))
    sent += [one.room.send(str(i)) for i in range(100, 200)]
    await redis.start()

    await asyncio.gather(*sent)

    assert await member.hears(200) == [str(i) for i in range(200)]
    assert await plain.hears(200) == [str(i) for i in range(200)]
    await member.until(lambda: member.kinds("back"))  # the last of it may have been pushed before
    assert [said["type"] for said in member.heard if said["type"] in ("away", "back")] == [
        "away",
        "back",
    ]


async def test_a_redis_that_is_wiped_begins_a_new_history(
    begin: Begin, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Members are told so, and go on; a position of the old one is not recovered."""
    one = await begin()
    member = one.hearing()
    old = await one.room.send("before")
    await member.hears(1)
    await redis.client.flushall()

    new = await one.room.send("after")

    assert new.epoch != old.epoch
    assert await member.hears(2) == ["before", "after"]
    assert [(said["epoch"], said["reason"]) for said in member.kinds("reset")] == [
        (new.epoch, "epoch")
    ]
    back = one.hearing(str(old))
    assert await back.hears(1) == ["after"]
    assert back.kinds("joined")[0]["reason"] == "epoch"


async def test_who_comes_before_a_wipe_is_noticed_finds_it_out(
    begin: Begin, redis: RedisServer
) -> None:
    """A room that has heard nothing since is told of the new history by whoever reads it."""
    one = await begin()
    member = one.hearing()
    old = await one.room.send("before")
    await member.hears(1)
    await redis.client.flushall()

    back = one.hearing(str(old))
    await back.until(lambda: back.kinds("joined"))

    assert back.kinds("joined")[0]["reason"] == "epoch"
    await member.until(lambda: member.kinds("reset"))
    await one.room.send("after")
    assert await back.hears(1) == ["after"]
    assert await member.hears(2) == ["before", "after"]


async def test_a_redis_that_comes_back_with_less_is_found_out(
    begin: Begin, redis: RedisServer
) -> None:
    """Offsets that were told are not given again: it is another epoch."""
    one = await begin()
    member = one.hearing()
    for text in "abc":
        old = await one.room.send(text)
    await member.hears(3)
    await redis.client.hset("liveguide:{queue}:at", "offset", 2)
    await redis.client.xdel("liveguide:{queue}:log", "3-0")

    new = await one.room.send("d")

    assert new.epoch != old.epoch
    assert (await member.hears(4))[-1] == "d"
    assert len(member.kinds("reset")) == 1


async def test_a_redis_that_is_slow_is_waited_for(begin: Begin, redis: RedisServer) -> None:
    """A pause shorter than the bound costs time, and nothing else."""
    one = await begin()
    member = one.hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.client.client_pause(300)

    sent = [one.room.send(text) for text in "abc"]

    assert await member.hears(3) == [*"abc"]
    await asyncio.gather(*sent)
    assert not member.kinds("away")


async def test_a_redis_that_says_nothing_is_given_up(
    begin: Begin, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked, and when it does not answer, that is a connection lost."""
    monkeypatch.setattr(redis_session, "SILENT_SECONDS", 0.8)
    one = await begin()
    member = one.hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.client.client_pause(3000)
    sent = one.room.send("late")

    await member.until(lambda: member.kinds("away"))

    assert await member.hears(1) == ["late"]
    await sent
    await member.until(lambda: member.kinds("back"))


async def test_a_redis_that_is_full_refuses_and_goes_on(
    begin: Begin, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The sender is told; who listens notices nothing; and once there is room it goes on."""
    one = await begin()
    member = one.hearing()
    await one.room.send("before")
    await redis.client.config_set("maxmemory-policy", "noeviction")
    await redis.client.config_set("maxmemory", "1")

    with pytest.raises(NotAccepted) as raised:
        await one.room.send("too much")

    assert raised.value.reason == "full"
    assert "a message was not accepted: Redis is full" in caplog.text
    await redis.client.config_set("maxmemory", "0")
    await one.room.send("after")
    assert await member.hears(2) == ["before", "after"]


async def test_a_redis_that_can_t_write_to_its_disk_is_full(
    begin: Begin, redis: RedisServer, caplog: pytest.LogCaptureFixture, monkeypatch
) -> None:
    """It is never away, not even to who begins now; what is kept is read, what is new refused."""
    monkeypatch.setattr(redis_session, "SILENT_SECONDS", 2.0)  # its pings fail, too
    monkeypatch.setattr(redis_presence, "BEAT_SECONDS", 0.05)
    one = await begin()
    last = await one.room.send("before")
    await redis.refuse_writes()

    two = await begin(seconds=0.001)  # to whom all is old
    ada, bob = one.hearing("", name="Ada"), two.hearing(f"{last.epoch}:0", name="Bob")
    assert await ada.hears(1) == await bob.hears(1) == ["before"]
    for _ in range(2):
        with pytest.raises(NotAccepted) as raised:
            await two.room.send("too much")
        assert raised.value.reason == "full"
    async with asyncio.timeout(20):
        while await refused_pings(redis) < 4:
            pass  # each look is a round trip to Redis
    await redis.take_writes()

    await one.room.send("after")
    assert (await ada.hears(2))[1] == "after"
    await ada.until(lambda: any("Bob" in m["joined"] for m in ada.kinds("members")))
    assert "is away" not in caplog.text


async def test_what_is_kept_is_read_from_a_full_redis_that_came_back_with_less(
    begin: Begin, redis: RedisServer
) -> None:
    """It begins a new epoch, though it takes nothing else."""
    one = await begin()
    for text in ("one", "two", "lost"):
        last = await one.room.send(text)
    await redis.client.hset("liveguide:{queue}:at", "offset", 2)
    await redis.client.xdel("liveguide:{queue}:log", "3-0")
    await redis.client.config_set("maxmemory", "1")

    batch = await one.engine.read(one.room.topic, 0, 10)

    assert [entry.message for entry in batch.entries] == ["one", "two"]
    assert batch.epoch != last.epoch
    with pytest.raises(NotAccepted):
        await one.room.send("too much")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), True),
        (ResponseError("MISCONF Errors writing to the AOF file: No space left on device"), True),
        (ResponseError("Error running script (call to f_1): @user_script:5: -OOM command"), True),
        (ResponseError("Error running script (call to f_1): @user_script:5: ROOM 5"), False),
        (NoScriptError("No matching script. OOM "), False),
        (RedisConnectionError("OOM "), False),
    ],
)
def test_a_redis_says_in_several_ways_that_it_is_full(error: Exception, expected: bool) -> None:
    """Version 6 says of scripts what version 7 says of commands."""
    assert is_full(error) is expected


async def test_what_waits_for_an_absent_redis_is_bounded(begin: Begin, redis: RedisServer) -> None:
    """Beyond a thousand messages a sender is refused at once."""
    one = await begin()
    member = one.hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.kill()
    for i in range(1000):
        one.room.send(str(i))

    with pytest.raises(NotAccepted, match="1000 messages wait already") as raised:
        one.room.send("one too many")

    assert raised.value.reason == "away"


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


async def test_nothing_is_read_for_who_has_left(begin: Begin, redis: RedisServer) -> None:
    """Or who comes and goes while Redis is away would be waited for until it is back."""
    one = await begin()
    stays = one.hearing()
    await stays.until(lambda: stays.kinds("joined"))
    await redis.kill()
    await stays.until(lambda: stays.kinds("away"))
    for _ in range(50):
        one.room.leave(one.hearing())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert len(one.rooms.process.tasks) <= 1
    assert not one.engine._presence._changes
    await redis.start()
    await stays.until(lambda: stays.kinds("back"))
    while len(await one.room.members()) != 1:  # each look is a round trip to Redis
        pass


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
    async with asyncio.timeout(10):
        while await redis.client.keys("*:members"):
            pass

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


async def test_what_is_senseless_in_a_stream_is_passed_over(
    begin: Begin, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Poisoned entries and parcels cost a line in the log; all else goes on."""
    one = await begin()
    member = one.hearing()
    await one.room.send("a")
    await member.hears(1)
    await redis.client.publish("liveguide:{queue}:live", "nonsense")
    await redis.client.publish("liveguide:{queue}:live", "m x 1 1 t 99\nshort")
    await redis.client.publish("liveguide:{queue}:live", "p[1")
    await redis.client.xadd("liveguide:{queue}:log", {"a": "b"}, id="2-0")
    await redis.client.xadd("liveguide:{queue}:log", {"a": "b"}, id="1700000000000-5")

    await one.room.send("b")

    assert await member.hears(2) == ["a", "b"]
    assert await one.hearing().hears(2) == ["a", "b"]
    assert "is none of ours and passed over" in caplog.text


async def test_an_entry_that_was_spoilt_is_passed_over(begin: Begin, redis: RedisServer) -> None:
    """Who replays it gets those before and after it."""
    one = await begin()
    for text in "abc":
        await one.room.send(text)
    await redis.client.xdel("liveguide:{queue}:log", "3-0")
    await redis.client.execute_command("XSETID", "liveguide:{queue}:log", "2-5")
    await redis.client.xadd("liveguide:{queue}:log", {"id": "x", "kind": "?"}, id="3-0")
    await one.room.send("d")

    assert await one.hearing().hears(3) == ["a", "b", "d"]


async def test_a_redis_that_is_not_there_stops_the_start(tmp_path) -> None:
    """With one sentence; the password is not in it."""
    engine = RedisEngine("redis://:secret@127.0.0.1:1/0", "redis://127.0.0.1:1/0")

    with pytest.raises(EngineUnavailable, match="1:1/0 can't be used") as raised:
        await OneProcess(engine, Topic("queue")).start()

    assert "secret" not in str(raised.value)


async def test_an_optional_redis_may_come_later(begin: Begin, redis: RedisServer) -> None:
    """What is said until then waits, and who joins is told that it is away."""
    await redis.kill()
    one = await begin(is_optional=True)
    member = one.hearing()
    one.room.send("early")
    assert member.kinds("away")

    await redis.start()

    assert await member.hears(1) == ["early"]


async def test_what_waits_is_accepted_before_the_end(begin: Begin, redis: RedisServer) -> None:
    """A server that stops lets its messages be kept."""
    one = await begin()
    sent = [one.room.send(str(i)) for i in range(200)]

    await one.rooms.stop()

    assert (await asyncio.gather(*sent))[-1].offset == 200
    with pytest.raises(NotAccepted, match="the server is stopping"):
        one.room.send("late")


async def test_members_are_those_of_all_processes(begin: Begin) -> None:
    """Names and numbers, as they come and go."""
    one, two = await begin(), await begin()
    ada, bob = one.hearing(name="Ada"), two.hearing(name="Bob")
    await ada.until(lambda: any(m["count"] == 2 for m in ada.kinds("members")))

    names = sorted(str(member.name) for member in await one.room.members())
    assert names == ["Ada", "Bob"]
    assert one.room.count() == two.room.count() == 2
    two.room.leave(bob)
    await ada.until(lambda: any("Bob" in m["left"] for m in ada.kinds("members")))
    assert one.room.count() == 1


async def test_members_of_a_process_that_was_killed_are_taken_out(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, by any other, after it has not said for a while that it lives."""
    monkeypatch.setattr(redis_presence, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(redis_presence, "GONE_SECONDS", 1.5)
    one, two, three = await begin(), await begin(), await begin()
    ada = one.hearing(name="Ada")
    three.hearing(name="Eve")
    two.hearing(name="Bob")
    await ada.until(lambda: one.room.count() == 3)

    two.engine._cancel()  # as a kill would, it says nothing more

    await ada.until(lambda: any("Bob" in m["left"] for m in ada.kinds("members")))
    assert [m["left"] for m in ada.kinds("members") if m["left"]] == [["Bob"]]
    assert one.room.count() == 2


async def test_members_are_right_after_redis_was_wiped(
    begin: Begin, redis: RedisServer, monkeypatch
) -> None:
    """Each process says anew who is there."""
    monkeypatch.setattr(redis_presence, "BEAT_SECONDS", 0.1)
    one, two = await begin(), await begin()
    ada = one.hearing(name="Ada")
    two.hearing(name="Bob")
    await ada.until(lambda: one.room.count() == 2)
    await redis.client.flushall()

    ends = time.monotonic() + 10
    while len(members := await one.room.members()) < 2 and time.monotonic() < ends:
        pass  # each look is a round trip to Redis

    assert sorted(str(member.name) for member in members) == ["Ada", "Bob"]


async def test_members_come_to_a_redis_that_is_full_once_there_is_room(
    begin: Begin, redis: RedisServer, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Meanwhile it is never away, new processes begin, all is read, and who goes is told."""
    monkeypatch.setattr(redis_presence, "BEAT_SECONDS", 0.05)
    one, two = await begin(), await begin()
    ada, bob = one.hearing(name="Ada"), two.hearing(name="Bob")
    await one.room.send("before")
    await ada.until(lambda: any("Bob" in m["joined"] for m in ada.kinds("members")))
    await redis.client.config_set("maxmemory", "1")

    eve = one.hearing(name="Eve")  # refused
    three = await begin()
    dan = three.hearing(name="Dan")
    await dan.until(lambda: dan.kinds("joined"))
    first = await beats(redis)
    async with asyncio.timeout(10):
        while any(beat in first for beat in await beats(redis)):
            pass  # each look is a round trip to Redis
    assert {member.name for member in await one.room.members()} == {"Ada", "Bob"}
    two.room.leave(bob)
    await ada.until(lambda: any("Bob" in m["left"] for m in ada.kinds("members")))
    assert len((await three.engine.read(three.room.topic, 0, 10)).entries) == 1
    await redis.client.config_set("maxmemory", "0")

    await ada.until(lambda: one.room.count() == three.room.count() == 3)
    assert {member.name for member in await one.room.members()} == {"Ada", "Eve", "Dan"}
    assert not [m for m in eve.kinds("members") if "Eve" in m["left"]]
    assert "is away" not in caplog.text


async def refused_pings(redis: RedisServer) -> int:
    """Return how often it has said that it can't write."""
    commands = await redis.client.info("commandstats")
    return commands.get("cmdstat_ping", {}).get("rejected_calls", 0)


async def beats(redis: RedisServer) -> list[tuple[str, float]]:
    """Return when each process has said last that it lives."""
    return await redis.client.zrange("liveguide:processes", 0, -1, withscores=True)
