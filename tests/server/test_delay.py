"""Waiting for many at a time."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

from liveguide.server.delay import Delay

_SHORT = 0.05


class Calls(list[str]):
    """What was due, in order; it can be waited for."""

    def __init__(self, wanted: int) -> None:
        super().__init__()
        self._wanted = wanted
        self.are_all = asyncio.Event()

    def __call__(self, item: str) -> None:
        self.append(item)
        if len(self) == self._wanted:
            self.are_all.set()


async def _came(calls: Calls) -> None:
    await asyncio.wait_for(calls.are_all.wait(), 10)


async def test_all_are_due_in_the_order_in_which_they_were_added() -> None:
    """Those who come while one waits, too."""
    calls = Calls(3)
    delay = Delay(_SHORT, calls)
    delay.add("a")
    await asyncio.sleep(_SHORT / 2)
    delay.add("b")
    delay.add("c")

    await _came(calls)

    assert calls == ["a", "b", "c"]


async def test_nobody_is_due_early() -> None:
    """One who came later waits as long as the first."""
    loop, calls = asyncio.get_running_loop(), Calls(2)
    delay = Delay(_SHORT, calls)
    delay.add("a")
    await asyncio.sleep(_SHORT / 2)
    delay.add("b")
    added = loop.time()

    await _came(calls)

    assert loop.time() - added >= _SHORT


async def test_who_is_taken_out_is_not_due() -> None:
    """The first of them, by which the time was set, neither."""
    calls = Calls(1)
    delay = Delay(_SHORT, calls)
    delay.add("a")
    delay.add("b")
    delay.discard("a")
    delay.discard("nobody")

    await _came(calls)

    assert calls == ["b"]


async def test_who_is_due_can_wait_again() -> None:
    """It is due again."""
    calls = Calls(2)

    def again(item: str) -> None:
        calls(item)
        if not calls.are_all.is_set():
            delay.add(item)

    delay = Delay(_SHORT, again)
    delay.add("a")

    await _came(calls)

    assert calls == ["a", "a"]


async def test_a_failure_of_one_is_not_the_others_failure() -> None:
    """They are due all the same; the event loop is told of the failure."""
    calls, failures = Calls(1), []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))

    def due(item: str) -> None:
        if item == "bad":
            raise ValueError(item)
        calls(item)

    delay = Delay(_SHORT, due)
    delay.add("bad")
    delay.add("good")

    await _came(calls)

    assert calls == ["good"]
    assert len(failures) == 1


async def test_who_is_taken_out_by_another_that_is_due_is_not() -> None:
    """Both were due at the same time."""
    calls = Calls(2)

    def due(item: str) -> None:
        calls(item)
        delay.discard("b")

    delay = Delay(_SHORT, due)
    for item in "abc":
        delay.add(item)

    await _came(calls)

    assert calls == ["a", "c"]


async def test_a_longer_time_holds_for_those_who_wait() -> None:
    """They are not due when they would have been."""
    loop, calls = asyncio.get_running_loop(), Calls(1)
    delay = Delay(_SHORT, calls)
    delay.add("a")
    added = loop.time()
    delay.use(3 * _SHORT)

    await _came(calls)

    assert loop.time() - added >= 3 * _SHORT


async def test_what_is_due_runs_in_nobody_s_context() -> None:
    """Or it would be that of the first who waited, for all, and for as long as anybody waits."""
    contexts, calls = [], Calls(2)
    mark: ContextVar[str] = ContextVar("mark")

    def due(item: str) -> None:
        contexts.append(mark.get(None))
        calls(item)

    delay = Delay(_SHORT, due)
    mark.set("the first one's")
    delay.add("a")
    await asyncio.sleep(_SHORT / 2)
    delay.add("b")

    await _came(calls)

    assert contexts == [None, None]


async def test_a_shorter_time_holds_for_those_who_wait() -> None:
    """At once, where it is over already."""
    calls = Calls(2)
    delay = Delay(3600, calls)
    delay.add("a")
    delay.use(0)
    delay.add("b")

    await _came(calls)

    assert calls == ["a", "b"]
