"""Several processes over one Redis, as far as a test in one process can have them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from liveguide.rooms.redis import RedisEngine
from liveguide.rooms.rooms import Rooms
from tests.rooms.redis_server import RedisServer

from .conftest import Serve, Served


@asynccontextmanager
async def sharing(
    serve: Serve, redis: RedisServer, files: Mapping[str, str], **options: Any
) -> AsyncIterator[list[Served]]:
    """Serve a guide twice, with an engine each, which share all but rooms."""
    servers, engines = [], []
    for _ in range(2):
        server = await serve(files, **options)
        engine = RedisEngine(redis.url, "redis")
        server.app.share(engine)
        await engine.start(Rooms())
        servers.append(server)
        engines.append(engine)
    try:
        yield servers
    finally:
        for server in servers:
            await server.app.stop()
        for engine in engines:
            await engine.stop()
