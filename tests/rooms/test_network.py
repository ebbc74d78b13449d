"""The network between a server and its Redis, cut as networks are: packets are dropped."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import websockets

from tests.adversary.process import running
from tests.network import Network, linked

from .redis_server import PROGRAM, RedisServer
from .test_processes import _files as _files
from .test_processes import connect
from .test_rooms import say, texts, told

pytestmark = [pytest.mark.browser, pytest.mark.long]

PORT = "6379"
COUNT = 20


@pytest.fixture(name="network")
def _network() -> Iterator[Network]:
    with linked() as network:
        yield network


@pytest.fixture(name="redis")
async def _redis(network: Network) -> AsyncIterator[RedisServer]:
    """Run a Redis at the other end of the network; its socket in a folder is reached from here."""
    if PROGRAM is None:
        pytest.skip("there is no redis-server here")
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder), network.inside())
        await server.start("--port", PORT, "--bind", network.there, "--protected-mode", "no")
        yield server
        await server.end()


async def test_a_network_that_drops_everything_costs_time_and_nothing_else(
    files: Path, redis: RedisServer, network: Network
) -> None:
    """
    Sockets stay open, readers are told, and both hear all that was accepted in one order.

    What was said where Redis could not be reached is accepted afterwards, and the log has a line
    for each end of it.
    """
    url = f"redis://{network.there}:{PORT}/0"
    async with (
        running(files, "--broker", redis.url) as beside,
        running(files, "--broker", url) as cut_off,
        connect(beside.port) as here,
        connect(cut_off.port) as there,
        connect(beside.port) as listening_here,
        connect(cut_off.port) as listening_there,
    ):
        for ws in (here, there, listening_here, listening_there):
            await told(ws, "joined")
        await say(there, "before")
        for ws in (listening_here, listening_there):
            assert await texts(ws, 1) == ["before"]

        network.cut()
        saying = asyncio.ensure_future(_say_all(there, "there"))
        await _say_all(here, "here")
        await told(listening_there, "away")
        network.mend()
        await asyncio.wait_for(saying, 60)

        heard = [await texts(ws, 2 * COUNT) for ws in (listening_here, listening_there)]
        assert heard[0] == heard[1]
        assert len(set(heard[0])) == 2 * COUNT
        for who in ("here", "there"):
            said = [text for text in heard[0] if text.startswith(who)]
            assert said == [f"{who} {i}" for i in range(COUNT)]
        assert all(ws.close_code is None for ws in (here, there, listening_here, listening_there))

    lines = cut_off.log.decode().splitlines()
    assert [line.count("is away") for line in lines] == [1, 0], lines
    assert "is there again" in lines[1]
    assert beside.log == b""


async def _say_all(ws: websockets.ClientConnection, who: str) -> None:
    """Say many things at once, and wait until each is accepted."""
    for i in range(COUNT):
        said = {"type": "send", "id": f"{who}-{i}", "text": f"{who} {i}"}
        await ws.send(json.dumps(said))
    for _ in range(COUNT):
        await told(ws, "accepted")
