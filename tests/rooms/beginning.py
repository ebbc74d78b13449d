"""How the tests over a real Redis begin: with the rooms of a process, or of several in this one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest

from liveguide.rooms.engine import Topic
from liveguide.rooms.redis import RedisEngine

from .hearing import OneProcess
from .redis_server import RedisServer

Begin = Callable[..., Awaitable[OneProcess]]
T = TypeVar("T")


@pytest.fixture(name="begin")
async def on_redis(redis: RedisServer) -> AsyncIterator[Begin]:
    """Return a function that begins with the rooms of one process, all behind the same Redis."""
    begun: list[OneProcess] = []

    async def begin(
        history: int = 100,
        seconds: float = 600,
        database: int = 0,
        query: str = "",
        **options: bool,
    ) -> OneProcess:
        url = redis.url.replace("db=0", f"db={database}") + query
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


async def seen(
    look: Callable[[], Awaitable[T]], is_so: Callable[[T], object], seconds: float = 10
) -> T:
    """
    Look until something is so, each time by a round trip to Redis, and return it.

    The time is looked at, too: on Python 3.11 what cancels a look, as `asyncio.timeout` does, is
    lost where it meets redis-py's `asyncio.wait_for`.
    """
    ends = time.monotonic() + seconds
    while not is_so(found := await look()):
        assert time.monotonic() < ends, found
    return found
