"""What several clients missed is read once for all of them, from a history that is really kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from liveguide.rooms.engine import Batch, Topic
from liveguide.rooms.memory import MemoryEngine
from liveguide.rooms.pages import PAGE, Pages
from liveguide.rooms.rooms import Rooms

TOPIC = Topic("queue", 10_000)


class History:
    """A history in memory, which notes from where it is read, once `gate` is open."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.read_after: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.pages = Pages("queue", self.read)

    async def begin(self) -> History:
        """Begin with five pages."""
        await self.engine.start(Rooms())
        await self.say(5 * PAGE)
        self.epoch = (await self.engine.read(TOPIC, 0, 0)).epoch
        return self

    async def say(self, count: int) -> None:
        """Add so many messages."""
        for number in range(count):
            await self.engine.publish(TOPIC, f"{number}", secrets.token_hex())

    async def read(self, after: int, limit: int) -> Batch:
        """Read, as an engine does."""
        self.read_after.append(after)
        await asyncio.sleep(0)  # as where another process is asked
        await self.gate.wait()
        return await self.engine.read(TOPIC, after, limit)

    async def offsets(self, after: int, epoch: str = "") -> list[int]:
        """Return the offsets of what a client is told of the next page."""
        page = await self.pages.after(epoch or self.epoch, after)
        return [offset for offset, _ in page.texts if offset > after]


@pytest.fixture(name="history")
async def _history() -> AsyncIterator[History]:
    history = await History().begin()
    yield history
    await history.engine.stop()


async def test_who_needs_the_same_at_once_waits_for_one_reading(history: History) -> None:
    """The one who has seen a little less asked first."""
    history.gate.clear()
    asking = [asyncio.create_task(history.offsets(after)) for after in (20, 23, 21)]
    await asyncio.sleep(0)
    history.gate.set()

    told = await asyncio.gather(*asking)

    assert history.read_after == [20]
    assert told == [[*range(after + 1, 121)] for after in (20, 23, 21)]


async def test_a_hundred_who_come_back_cost_hardly_more_than_one(history: History) -> None:
    """Each has seen another message last; from the first page's end on all go together."""

    async def follow(after: int) -> list[int]:
        heard: list[int] = []
        while after + len(heard) < 5 * PAGE:
            heard += await history.offsets(after + len(heard))
        return heard

    told = await asyncio.gather(*(follow(after) for after in range(100)))

    assert told == [[*range(after + 1, 5 * PAGE + 1)] for after in range(100)]
    assert len(history.read_after) == 5


async def test_who_is_cut_off_while_reading_leaves_it_to_the_next(history: History) -> None:
    """The others still are told."""
    history.gate.clear()
    first, second = (asyncio.create_task(history.offsets(0)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    history.gate.set()

    assert await second == [*range(1, PAGE + 1)]
    assert history.read_after == [0, 0]


async def test_what_has_come_since_is_read(history: History) -> None:
    """A page that was not full when it was read does not stand for what comes after its end."""
    assert await history.offsets(450) == [*range(451, 501)]
    await history.say(3)

    assert await history.offsets(500) == [501, 502, 503]


async def test_another_history_is_read_anew(history: History) -> None:
    """A page of the old one is none of the new one's, at whatever offset."""
    await history.offsets(0)

    await history.offsets(0, epoch="other")

    assert history.read_after == [0, 0]


async def test_few_pages_are_kept_and_none_for_nobody(history: History) -> None:
    """Who is far behind the others reads for itself."""
    for after in range(0, 500, PAGE):
        await history.offsets(after)
    await history.offsets(0)
    history.pages.forget()
    await history.offsets(400)

    assert history.read_after == [0, 100, 200, 300, 400, 0, 400]
