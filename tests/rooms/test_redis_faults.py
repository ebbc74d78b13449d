"""What a Redis may suffer, and what rooms make of it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ResponseError

from liveguide.rooms import redis_presence, redis_session
from liveguide.rooms.engine import EngineUnavailable, NotAccepted, Topic
from liveguide.rooms.redis import RedisEngine
from liveguide.rooms.redis_scripts import is_full

from .beginning import Begin, seen
from .beginning import on_redis as on_redis
from .hearing import OneProcess
from .redis_server import RedisServer

pytestmark = pytest.mark.browser


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


async def test_what_loses_its_cancellation_ends_with_its_session(
    begin: Begin, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command of redis-py's may, before Python 3.12; two sessions' would send what waits."""
    work, ended = RedisEngine._work, []

    async def stubborn() -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    monkeypatch.setattr(RedisEngine, "_work", lambda engine: [*work(engine), stubborn()])
    member = (await begin()).hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.client.client_kill_filter(_type="pubsub")

    await member.until(lambda: member.kinds("back"))

    assert ended == [True]


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


async def test_a_redis_that_says_nothing_is_given_up_by_who_says_nothing(
    begin: Begin, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who only listens is told as well that nothing can come."""
    monkeypatch.setattr(redis_session, "SILENT_SECONDS", 0.8)
    member = (await begin()).hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.client.client_pause(3000)

    await member.until(lambda: member.kinds("away"))

    await member.until(lambda: member.kinds("back"))
    assert len(member.kinds("away")) == 1


async def test_a_redis_that_closes_what_is_idle_is_not_away(
    begin: Begin, redis: RedisServer
) -> None:
    """Nobody notices: its `timeout` spares only connections that something is pushed on."""
    one = await begin()
    member = one.hearing()
    await one.room.send("before")
    await redis.client.client_kill_filter(_type="normal", skipme=True)

    await one.room.send("after")

    assert await member.hears(2) == ["before", "after"]
    assert not member.kinds("away")


@pytest.mark.parametrize("turns", range(2, 20, 2))
async def test_a_process_that_stops_while_it_connects_ends(redis: RedisServer, turns: int) -> None:
    """Though redis-py may lose a cancellation as it connects, before Python 3.12."""
    one = OneProcess(RedisEngine(redis.url, "Redis", is_optional=True), Topic("queue"))
    starting = asyncio.ensure_future(one.start())
    for _ in range(turns):
        await asyncio.sleep(0)

    await one.rooms.stop()
    await asyncio.wait_for(starting, 10)

    assert not one.engine.is_up


async def test_a_redis_without_room_for_both_connections_is_away(
    begin: Begin, redis: RedisServer
) -> None:
    """Not there and away again and again; and once there is room, it is there."""
    one = await begin()
    member = one.hearing()
    await member.until(lambda: member.kinds("joined"))
    await redis.client.config_set("maxclients", 2)
    await redis.client.client_kill_filter(_type="pubsub")
    await member.until(lambda: member.kinds("away"))
    sent = one.room.send("late")
    await seen(lambda: redis.client.info("stats"), lambda stats: stats["rejected_connections"] >= 2)

    await redis.client.config_set("maxclients", 100)

    await sent
    assert await member.hears(1) == ["late"]
    assert (len(member.kinds("away")), len(member.kinds("back"))) == (1, 1)


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
    await seen(lambda: refused_pings(redis), lambda count: count >= 4, seconds=20)
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
    await seen(one.room.members, lambda members: len(members) == 1)


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


async def refused_pings(redis: RedisServer) -> int:
    """Return how often it has said that it can't write."""
    commands = await redis.client.info("commandstats")
    return commands.get("cmdstat_ping", {}).get("rejected_calls", 0)
