"""Runs with `--resume`: clients come back, and nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from liveguide.load import resuming
from liveguide.load.clients import Refused
from liveguide.load.outcome import Outcome
from liveguide.load.plan import Plan
from liveguide.load.run import Run
from load.resuming_server import Resuming
from load.servers import serving

pytestmark = pytest.mark.long

PLAN = Plan(
    *((), 5, 3),
    rate=200,
    messages=60,
    connect_rate=1000,
    wait=5,
    mode="room",
    resume=True,
)


@pytest.fixture(name="room")
def _room() -> Resuming:
    """Return what a room keeps."""
    return Resuming()


@pytest.fixture(name="address")
async def _address(room: Resuming, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Give the address of the room; clients come back soon."""
    monkeypatch.setattr(resuming, "_FIRST", 0.02)
    with serving({"r": room.handler()}) as base:
        yield base + "r"


async def run(address: str, **changes: object) -> Outcome:
    """Run the plan, with changes."""
    async with asyncio.timeout(30):
        return await Run(replace(PLAN, addresses=(address,), **changes)).go()


async def test_everything_is_accepted_and_heard(address: str, room: Resuming) -> None:
    """Without faults, every message is kept once."""
    outcome = await run(address)

    assert outcome.good
    assert (outcome.accepted, outcome.verdict.delivered) == (60, 300)
    assert len(room.entries) == 60
    assert outcome.numbers.others == 0


async def test_a_server_that_is_cut_off_many_times(address: str, room: Resuming) -> None:
    """All come back, hear what they missed, and send again what was not accepted."""
    for count in range(10, 60, 10):
        room.when(count, room.cut)
    outcome = await run(address)

    assert outcome.good
    assert outcome.verdict.delivered == 300
    assert outcome.numbers.reconnects >= 5
    assert outcome.numbers.closes == {1006: outcome.numbers.reconnects}
    assert len(room.entries) == 60
    assert any(line.startswith("reconnects ") for line in outcome.lines())


async def test_what_was_accepted_without_a_word_is_not_doubled(
    address: str, room: Resuming
) -> None:
    """It is sent again with the same id."""
    room.deaf = 5
    outcome = await run(address)

    assert outcome.good
    assert outcome.accepted == len(room.entries) == 60
    assert room.deaf == 0


async def test_a_room_that_does_not_know_ids_is_noticed(address: str, room: Resuming) -> None:
    """What is sent again is doubled."""
    room.deaf, room.forgets = 5, True
    outcome = await run(address)

    assert not outcome.good
    assert outcome.verdict.doubled == 5 * 5


async def test_what_is_refused_is_sent_again(address: str, room: Resuming) -> None:
    """Until it is accepted, and before what comes next."""
    room.refusing = 7
    outcome = await run(address)

    assert outcome.good
    assert outcome.numbers.refused == {"full": 7}


async def test_a_room_that_was_wiped(address: str, room: Resuming) -> None:
    """Who comes back is told so, and what was lost is counted."""

    def lose() -> None:
        gone, room.members = room.members, set()  # nobody hears what is said from here
        room.when(25, lambda: (room.wipe(), [member.cut() for member in gone]))

    room.when(20, lose)
    outcome = await run(address, wait=1)

    assert outcome.numbers.not_recovered == 5
    assert outcome.verdict.lost == 4 * 5
    assert not outcome.good


async def test_a_room_that_keeps_too_little(address: str, room: Resuming) -> None:
    """Who was away for too long is told so, and what was trimmed is lost."""
    room.kept = 2
    room.when(20, lambda: next(iter(room.members)).cut())

    outcome = await run(address, rate=5000, publishers=5, wait=1)

    assert outcome.good == (outcome.numbers.not_recovered == 0)


async def test_an_address_without_such_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """An echo says nothing of a room."""
    monkeypatch.setattr(resuming, "SECONDS_TO_CONNECT", 0.1)
    with serving() as base, pytest.raises(Refused, match="joined no room that resumes"):
        await run(base + "echo")
