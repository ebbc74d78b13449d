"""How the tests over a real Redis begin: with the rooms of a process, or of several in this one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from liveguide.rooms.engine import Topic
from liveguide.rooms.redis import RedisEngine

from .hearing import OneProcess
from .redis_server import RedisServer

Begin = Callable[..., Awaitable[OneProcess]]


@pytest.fixture(name="begin")
async def on_redis(redis: RedisServer) -> AsyncIterator[Begin]:
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
