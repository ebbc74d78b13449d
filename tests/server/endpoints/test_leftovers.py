"""Whose a timer is, and what still reaches a handler whose connection has ended."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import websockets

from liveguide.server.endpoints.leftovers import holds

from ..conftest import address, routes


class Handler:
    """Stands for a handler; `holds` only asks which object it is."""

    def write_message(self, text: str) -> None:
        """Do nothing."""


class Conversation:
    """Has one handler."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def speak(self) -> None:
        """Do nothing."""


class Room:
    """Has many handlers."""

    def __init__(self, handler: Handler) -> None:
        self.readers = {handler}

    def speak(self) -> None:
        """Do nothing."""


here: list[Any] = []


def to_all() -> list[Any]:
    """Return what a function of everybody's works with."""
    return here


@pytest.mark.parametrize(
    ("of_one", "make"),
    [
        (True, lambda handler: handler.write_message),
        (True, lambda handler: Conversation(handler).speak),
        (True, lambda handler: lambda: handler.write_message("tick")),
        (True, lambda handler: lambda text=handler: text),
        (True, lambda handler: functools.partial(handler.write_message, "tick")),
        (True, lambda handler: functools.partial(print, handler)),
        (False, lambda handler: Room(handler).speak),
        (False, lambda handler: to_all),
        (False, lambda handler: Conversation(Handler()).speak),
        (False, lambda handler: print),
    ],
)
def test_a_function_that_holds_the_handler_is_of_this_connection(
    of_one: bool, make: Callable[[Handler], Any]
) -> None:
    """Its method, an object's with it, a function around it; not one with a set of many."""
    handler = Handler()
    here.append(handler)

    assert holds(make(handler), handler) is of_one


SHARED = """
from tornado.ioloop import PeriodicCallback

readers = set()
ticker = PeriodicCallback(lambda: [reader.write_message('tick') for reader in readers], 20)

def open(handler):
    readers.add(handler)
    if not ticker.is_running():
        ticker.start()
    handler.write_message('welcome')

def on_close(handler):
    readers.discard(handler)
"""


async def test_a_timer_that_speaks_to_many_goes_on_when_its_starter_leaves(guide, start):
    """It was started in the first reader's name, but is not this reader's own."""
    (guide / "gramex.yaml").write_text(
        routes(ticks="open: {function: ticks.open}\non_close: {function: ticks.on_close}")
    )
    (guide / "ticks.py").write_text(SHARED)
    url = (await address(await start("--port", "0", "--no-build"))).replace("http", "ws") + "ticks"

    async with websockets.connect(url, proxy=None) as first:
        assert await first.recv() == "welcome"
        async with websockets.connect(url, proxy=None) as second:
            assert await second.recv() == "welcome"
            await first.close()

            assert [await second.recv() for _ in range(3)] == ["tick"] * 3


ROOM = """
from blinker import signal

room = signal('room of test_leftovers')

def open(handler):
    room.connect(handler.write_message, weak=False)  # a mistake: it is never disconnected

def on_message(handler, message):
    room.send(message)
"""


async def test_a_broadcast_never_notices_a_receiver_that_has_left(serve, caplog):
    """A closed handler that a signal still calls fails neither the sender nor the others."""
    hooks = "open: {function: room.open}\non_message: {function: room.on_message}"
    served = await serve({"gramex.yaml": routes(room=hooks), "room.py": ROOM})

    async with served.connect("/room") as sender, served.connect("/room") as other:
        for _ in range(3):
            async with served.connect("/room"):
                pass
        await sender.send("hello")

        assert await sender.recv() == "hello"
        assert await other.recv() == "hello"
    assert caplog.text == ""
