"""Real runs against small real servers, good ones and bad ones."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tornado.websocket import WebSocketHandler

from liveguide.load import clients
from liveguide.load.clients import Refused
from liveguide.load.outcome import Outcome
from liveguide.load.plan import Plan
from liveguide.load.run import Run
from load.servers import Good, Silent, serving

pytestmark = pytest.mark.long

PLAN = Plan(
    addresses=(), clients=4, publishers=4, rate=500, messages=60, connect_rate=1000, wait=0.3
)


@pytest.fixture(name="base", scope="module")
async def _base() -> AsyncIterator[str]:
    """Give the address of a server with a room of each kind."""
    with serving() as base:
        yield base


async def run(address: str, **changes: object) -> Outcome:
    """Run the plan, with changes, against an address."""
    async with asyncio.timeout(30):
        return await Run(replace(PLAN, addresses=(address,), **changes)).go()


@pytest.mark.parametrize(
    ("kind", "mode", "delivered"),
    [
        ("good", "room", 240),
        ("named", "room", 240),
        ("others", "others", 180),
        ("echo", "echo", 60),
        ("binary", "echo", 60),
    ],
)
async def test_a_good_server_is_found_good(base: str, kind: str, mode: str, delivered: int) -> None:
    """Who hears a message is found out, and everybody heard all that they should."""
    outcome = await run(base + kind)

    assert outcome.good
    assert (outcome.verdict.mode, outcome.verdict.delivered) == (mode, delivered)
    assert outcome.numbers.sent == 60
    assert outcome.latencies.count == delivered
    assert 0 < outcome.latencies.longest < 30_000_000
    assert outcome.numbers.others == (4 if kind == "named" else 0)


@pytest.mark.parametrize(
    ("kind", "lost", "doubled", "out_of_order"),
    [("dropping", 24, 0, 0), ("doubling", 0, 24, 0)],
)
async def test_a_fault_of_the_server_is_counted(
    base: str, kind: str, lost: int, doubled: int, out_of_order: int
) -> None:
    """One in ten of 240 deliveries is lost, or doubled."""
    verdict = (await run(base + kind)).verdict

    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (lost, doubled, out_of_order)
    assert not verdict.good


async def test_disorder_is_counted(base: str) -> None:
    """With one sender, every second message comes too late."""
    verdict = (await run(base + "swapping", publishers=1)).verdict

    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (0, 0, 4 * 30)


async def test_silence_is_loss(base: str) -> None:
    """Nobody hears anything, and the run ends all the same."""
    outcome = await run(base + "silent")

    assert outcome.verdict.lost == 240
    assert "Nothing came back" in outcome.lines()[-1]


async def test_who_should_hear_can_be_said(base: str) -> None:
    """As a room, an echo loses three of four deliveries."""
    verdict = (await run(base + "echo", mode="room")).verdict

    assert (verdict.mode, verdict.lost) == ("room", 180)


async def test_connections_that_the_server_ends_are_told(base: str) -> None:
    """With their close codes; a plain client does not come back, and when all are gone, it ends."""
    outcome = await run(base + "ending")

    assert outcome.numbers.closes == {4000: 4}
    assert not outcome.good
    assert outcome.numbers.sent < 60


async def test_headers_and_origin_are_sent_and_refusals_counted(base: str) -> None:
    """Two are let in by their cookie and origin; the others are told 503."""
    headers = (("Origin", "https://example.org"), ("Cookie", "name=ann"))

    outcome = await run(base + "full", headers=headers, connect_rate=20)

    assert outcome.connected == 2
    assert outcome.numbers.failures == {"answered with status 503": 2}
    assert outcome.verdict.good
    assert not outcome.good
    assert outcome.lines()[0].startswith("clients         2 of 4, ")


@pytest.mark.parametrize(
    ("address", "reason"),
    [("full", "answered with status 403"), ("nowhere", "answered with status 404")],
)
async def test_where_nobody_is_let_in_there_is_no_run(base: str, address: str, reason: str) -> None:
    """The reason is told."""
    with pytest.raises(Refused, match=reason):
        await run(base + address)


async def test_an_address_where_nobody_listens(base: str) -> None:
    """Neither is there a run."""
    with pytest.raises(Refused, match="Connection refused"):
        await run("ws://127.0.0.1:1/")


async def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts connections, and that is all."""
    monkeypatch.setattr(clients, "SECONDS_TO_CONNECT", 0.1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(Refused, match=r"no answer within 0\.1 seconds"),
    ):
        await run(f"ws://127.0.0.1:{silent.getsockname()[1]}/")


async def test_a_server_that_closes_unheard() -> None:
    """As one that is just stopping: that is no connection, though the library takes it for one."""
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        with pytest.raises(Refused, match="closed without an answer"):
            await run(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")


async def test_some_publish_and_all_hear(base: str) -> None:
    """Messages are of the size that is asked for, also one that comes in many pieces."""
    outcome = await run(base + "good", publishers=1, messages=5, size=300_000)

    assert outcome.good
    assert (outcome.publishers, outcome.verdict.delivered) == (1, 20)


async def test_clients_take_several_addresses_in_turns(base: str) -> None:
    """Two rooms with two clients each: everybody hears half of all."""
    plan = replace(PLAN, addresses=(base + "good", base + "named"))

    outcome = await Run(plan).go()

    assert (outcome.verdict.delivered, outcome.verdict.lost) == (120, 120)


async def test_a_rate_is_kept(base: str) -> None:
    """As many are sent as the time and the rate allow, no more."""
    outcome = await run(base + "echo", messages=None, seconds=0.5, rate=100)

    assert 25 <= outcome.numbers.sent <= 50
    assert outcome.publish_seconds == pytest.approx(0.5, abs=0.4)


async def test_a_run_that_is_stopped_waits_for_what_is_on_its_way() -> None:
    """It sends no more, and nothing counts as lost."""
    outcome = await stopped(Good, times=1)

    assert outcome.good
    assert 20 <= outcome.numbers.sent < 10**6


async def test_whoever_stops_it_twice_does_not_wait() -> None:
    """What is not there yet is lost."""
    outcome = await stopped(Silent, times=2)

    assert outcome.verdict.lost == outcome.numbers.sent * 4 > 0


async def stopped(kind: type[WebSocketHandler], times: int) -> Outcome:
    """Run against such a server, and stop when it has heard 20 messages, so many times."""
    heard = 0

    class Stopping(kind):
        def on_message(self, message):
            nonlocal heard
            heard += 1
            super().on_message(message)
            if heard == 20:
                for _ in range(times):
                    run.stop()

    with serving({"stopping": Stopping}) as base:
        addresses = (base + "stopping",)
        run = Run(replace(PLAN, addresses=addresses, messages=10**6, wait=1000))
        async with asyncio.timeout(30):
            return await run.go()
