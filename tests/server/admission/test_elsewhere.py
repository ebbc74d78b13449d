"""Limits of an address over two processes and a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from liveguide.server.admission.rates import Rate
from liveguide.settings import Settings
from tests.rooms.conftest import _redis as _redis
from tests.rooms.redis_server import RedisServer
from tests.waiting import until

from ..conftest import ECHO, Serve, Served, routes
from ..sharing import sharing

pytestmark = pytest.mark.long

NEGATIVE = '{"process": 1, "all": 1, "wants_all": 0, "sockets": {"a": -1}, "handshakes": {}}'
HERE = "127.0.0.1"
LIMITS = Settings(limits={"loopback": True, "address_sockets": 3, "address_rate": 0})
RATES = Settings(
    limits={"loopback": True, "address_sockets": 0, "address_rate": 0.01, "address_burst": 4}
)


@pytest.fixture(name="servers")
async def _servers(
    serve: Serve, redis: RedisServer, request: pytest.FixtureRequest
) -> AsyncIterator[list[Served]]:
    """Serve a guide twice over one Redis, with the limits of the test."""
    guide = {"gramex.yaml": routes(echo=ECHO)}
    async with sharing(serve, redis, guide, settings=request.param) as servers:
        yield servers


@pytest.mark.parametrize("servers", [LIMITS], indirect=True)
async def test_sockets_of_an_address_are_counted_at_all_processes(servers: list[Served]) -> None:
    """What is open at one is missing at the other, a second later, and is there when it ends."""
    one, two = servers
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(one.connect("/echo"))
        await until(lambda: two.app.connections.elsewhere.get(HERE) == 2)
        await stack.enter_async_context(two.connect("/echo"))
        with pytest.raises(InvalidStatus) as refused:
            await two.connect("/echo")
        assert refused.value.response.status_code == 429
    await until(lambda: not two.app.connections.elsewhere.get(HERE))
    async with two.connect("/echo"):
        pass


@pytest.mark.parametrize("servers", [LIMITS], indirect=True)
async def test_who_comes_late_hears_of_what_was_there(
    servers: list[Served], redis: RedisServer
) -> None:
    """A connection to Redis that was lost brings all counts anew, not only what changes."""
    one, two = servers
    async with one.connect("/echo"):
        await until(lambda: two.app.connections.elsewhere[HERE] == 1)
        two.app._elsewhere._others.clear()
        two.app.connections.elsewhere.clear()
        for client in await redis.client.client_list(_type="pubsub"):
            await redis.client.client_kill_filter(_id=client["id"])
        assert await until(lambda: two.app.connections.elsewhere[HERE] == 1)


@pytest.mark.parametrize("servers", [LIMITS], indirect=True)
async def test_what_does_not_change_is_not_told_again(
    servers: list[Served], redis: RedisServer
) -> None:
    """A second costs a message of few bytes, however many addresses there are."""
    one, two = servers
    async with one.connect("/echo"), redis.client.pubsub() as hearing:
        await until(lambda: two.app.connections.elsewhere[HERE] == 1)
        await hearing.subscribe("liveguide:addresses")
        quiet = 0
        async with asyncio.timeout(30):
            async for told in hearing.listen():
                quiet += told["type"] == "message" and '"sockets": {}' in told["data"]
                if quiet == 4:
                    break
        assert two.app.connections.elsewhere[HERE] == 1


@pytest.mark.parametrize("servers", [RATES], indirect=True)
async def test_handshakes_of_an_address_are_counted_at_all_processes(
    servers: list[Served],
) -> None:
    """A burst at one leaves nothing at the other, a second later."""
    one, two = servers
    for _ in range(4):
        async with one.connect("/echo"):
            pass
    await until(lambda: two.app._handshakes.wait(HERE, asyncio.get_running_loop().time()) > 0)
    with pytest.raises(InvalidStatus) as refused:
        await two.connect("/echo")
    assert refused.value.response.status_code == 429


@pytest.mark.parametrize("servers", [LIMITS], indirect=True)
async def test_who_is_silent_counts_no_more(
    servers: list[Served], redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed takes its sockets along."""
    monkeypatch.setattr("liveguide.server.admission.elsewhere.SILENT_AFTER", 1.5)
    told = '{"process": "killed", "all": true, "wants_all": false, "handshakes": {}, '
    told += '"sockets": {"192.0.2.1": 3}}'
    await redis.client.publish("liveguide:addresses", told)
    elsewhere = servers[0].app.connections
    await until(lambda: elsewhere.elsewhere.get("192.0.2.1") == 3)
    assert await until(lambda: "192.0.2.1" not in elsewhere.elsewhere)


@pytest.mark.parametrize("servers", [LIMITS], indirect=True)
@pytest.mark.parametrize(
    "told", ["", "[]", '{"process": 1, "sockets": {"a": -1}, "handshakes": {}}']
)
async def test_what_makes_no_sense_is_passed_over(
    servers: list[Served], redis: RedisServer, caplog: Any, told: str
) -> None:
    """With a line in the log, and nobody is counted."""
    await redis.client.publish("liveguide:addresses", told)
    await until(lambda: "makes no sense" in caplog.text)
    assert not any(servers[0].app.connections.elsewhere.values())


def test_what_happened_elsewhere_leaves_less_but_never_less_than_nothing() -> None:
    """After a hundred of four, one may happen as soon as after four."""
    rate = Rate(1, 4)
    rate.add(3, 100)
    assert rate.wait(100) <= 0
    rate.add(100, 100)
    assert rate.wait(100) == 1
