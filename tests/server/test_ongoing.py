"""Waiting for the last of something to end."""

from __future__ import annotations

import asyncio

from liveguide.server.ongoing import Ongoing


async def test_it_waits_until_the_last_has_ended():
    """Ends are noticed one by one, what begins meanwhile included."""
    ongoing: Ongoing[str] = Ongoing()
    for name in "ab":
        ongoing.add(name)

    waiting = asyncio.ensure_future(ongoing.ended())
    for name in sorted(ongoing):
        await asyncio.sleep(0)
        assert not waiting.done()
        ongoing.discard(name)
    await waiting

    assert len(ongoing) == 0


async def test_nothing_going_on_has_ended_already():
    """There is nothing to wait for in an empty set."""
    ongoing = Ongoing[str]()
    await ongoing.ended()

    assert len(ongoing) == 0
