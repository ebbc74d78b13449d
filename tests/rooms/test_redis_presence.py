"""Who is in a room, on all processes behind a Redis."""

from __future__ import annotations

import pytest

from liveguide.rooms import redis_presence

from .beginning import Begin, seen
from .beginning import on_redis as on_redis
from .redis_server import RedisServer

pytestmark = pytest.mark.browser


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

    members = await seen(one.room.members, lambda members: len(members) == 2)

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
    await seen(lambda: beats(redis), lambda now: not any(beat in first for beat in now))
    assert {member.name for member in await one.room.members()} == {"Ada", "Bob"}
    two.room.leave(bob)
    await ada.until(lambda: any("Bob" in m["left"] for m in ada.kinds("members")))
    assert len((await three.engine.read(three.room.topic, 0, 10)).entries) == 1
    await redis.client.config_set("maxmemory", "0")

    await ada.until(lambda: one.room.count() == three.room.count() == 3)
    assert {member.name for member in await one.room.members()} == {"Ada", "Eve", "Dan"}
    assert not [m for m in eve.kinds("members") if "Eve" in m["left"]]
    assert "is away" not in caplog.text


async def beats(redis: RedisServer) -> list[tuple[str, float]]:
    """Return when each process has said last that it lives."""
    return await redis.client.zrange("liveguide:processes", 0, -1, withscores=True)
