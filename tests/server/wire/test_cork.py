"""What is sent while more is to be said leaves together, in order, and waits where it must."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from tornado.websocket import WebSocketClosedError

from liveguide.server.wire import cork as module
from liveguide.server.wire.channel import Channel, nobody
from liveguide.server.wire.cork import cork
from liveguide.server.wire.outgoing import Outgoing, QueueLimits
from liveguide.server.wire.stream import Stream
from server.conftest import routes
from server.wire.client import CLOSE, PING, PONG, TEXT, client_frame, raw_client, saying

GUIDE = {
    "gramex.yaml": routes(echo="on_message: {function: bot.echo}"),
    "bot.py": "def echo(handler, message): handler.write_message(message)",
}
ONE, TWO = client_frame(TEXT, b"one"), client_frame(TEXT, b"two")


class Ends:
    """A server's end, which counts what it hands the system, and the client's."""

    def __init__(self) -> None:
        mine, self.client = socket.socketpair()
        self.client.settimeout(10)
        self.stream = Stream(mine)
        self.stream.set_close_callback(nobody)
        self.flushed = asyncio.Event()
        self.overflowed = self.handed = 0
        channel = Channel(self.stream, nobody, lambda: self.outgoing.flush())
        self._send, channel.send = channel.send, self._count
        limits = QueueLimits(messages=2)
        self.outgoing = Outgoing(channel, limits, self._overflow, self.stream.close)
        self.outgoing.when_drained(self.flushed.set)

    def _count(self, data: bytes | memoryview) -> int:
        self.handed += 1
        return self._send(data)

    def _overflow(self) -> None:
        self.overflowed += 1

    def read(self, size: int) -> bytes:
        """Return so many bytes at the client's end."""
        data = b""
        while len(data) < size:
            data += self.client.recv(size - len(data))
        return data


@pytest.fixture(name="ends")
async def _ends() -> AsyncIterator[Ends]:
    """Return both ends of a connection."""
    ends = Ends()
    yield ends
    cork.pull_out()
    ends.outgoing.close()
    ends.stream.close()
    ends.client.close()


ROOM = {
    "gramex.yaml": "rooms:\n  all: {}\n"
    + routes(echo="open: {function: bot.join}\non_message: {function: bot.say}"),
    "bot.py": """\
from liveguide.rooms import room

def join(handler):
    room('all').join(handler)

def say(handler, message):
    return room('all').send(message)
""",
}


@pytest.mark.parametrize("guide", [GUIDE, ROOM], ids=["function", "room"])
async def test_what_one_client_sends_at_once_is_answered_at_once(serve, guide):
    """Three messages, one answer of three frames to the system."""
    served = await serve(guide)

    async with raw_client(served.port, "/echo") as client:
        (handler,) = served.app.connections
        outgoing, handed = handler.ws_connection._outgoing, []
        send = outgoing._send
        outgoing._send = lambda data: handed.append(data) or send(data)
        client.send(ONE + TWO + ONE)
        assert [await client.receive() for _ in range(3)] == [
            (TEXT, b"one"),
            (TEXT, b"two"),
            (TEXT, b"one"),
        ]

    assert handed[0] == b"\x81\x03one\x81\x03two\x81\x03one"


async def test_every_ping_among_messages_is_answered_in_its_place(serve):
    """Nothing that is held makes a client one that does not read, which gets the last pong only."""
    served = await serve(GUIDE)
    pings = [client_frame(PING, bytes([n])) for n in range(10)]

    async with raw_client(served.port, "/echo") as client:
        client.send(ONE + b"".join(pings) + TWO)
        assert [await client.receive() for _ in range(12)] == [
            (TEXT, b"one"),
            *((PONG, bytes([n])) for n in range(10)),
            (TEXT, b"two"),
        ]


async def test_what_comes_before_a_close_is_answered_before_it(serve):
    """And the connection is closed after that."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(ONE + TWO + client_frame(CLOSE, saying(1000)))
        assert [await client.receive() for _ in range(2)] == [(TEXT, b"one"), (TEXT, b"two")]
        assert await client.closed_with() == 1000


async def test_what_comes_before_a_breach_of_the_rules_is_answered(serve):
    """Before the close frame that says so."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(ONE + client_frame(TEXT, b"x", mask=False))
        assert await client.receive() == (TEXT, b"one")
        assert await client.closed_with() == 1002


async def test_what_is_held_is_handed_over_together(ends):
    """And who awaits a message goes on at once: in a loop of many, each would take a turn."""
    cork.put_in()
    sending = [ends.outgoing.send(b"one"), ends.outgoing.send(b"two")]
    assert [future.done() for future in sending] == [True, True]
    assert (ends.handed, len(ends.outgoing)) == (0, 2)

    cork.pull_out()

    assert (ends.handed, ends.read(6)) == (1, b"onetwo")
    assert (len(ends.outgoing), ends.outgoing.size) == (0, 0)


async def test_of_what_is_held_the_rest_waits_for_who_does_not_read(ends):
    """In order, and against the limits of what may wait; who reads again gets all of it."""
    ends.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    much = bytes(range(256)) * 200
    cork.put_in()
    for data in (much, b"one", b"two"):
        ends.outgoing.send(data)
    cork.pull_out()
    assert (len(ends.outgoing), ends.outgoing.is_stuck) == (3, True)

    with pytest.raises(WebSocketClosedError):
        await ends.outgoing.send(b"one too many")

    assert ends.overflowed == 1
    assert await asyncio.to_thread(ends.read, len(much) + 6) == much + b"onetwo"


async def test_what_is_held_for_one_is_at_most_what_is_handed_over_at_once(ends):
    """A loop that sends without end holds no memory without end."""
    cork.put_in()
    for n in range(5):
        ends.outgoing.send(bytes([n]) * 30_000)

    assert (ends.handed, len(ends.outgoing)) == (2, 2)
    assert ends.read(90_000) == b"".join(bytes([n]) * 30_000 for n in range(3))


async def test_a_message_too_large_to_be_held_waits_for_the_client(ends):
    """Who awaits it does, as where nothing is held; what follows stays behind it."""
    much = bytes(range(256)) * 20_000
    cork.put_in()
    sending = [ends.outgoing.send(much), ends.outgoing.send(b"after")]
    assert [future.done() for future in sending] == [False, False]

    assert await asyncio.to_thread(ends.read, len(much) + 5) == much + b"after"
    await asyncio.gather(*sending)


async def test_what_is_held_for_who_has_left_ends_the_connection(ends):
    """Nothing more can be sent."""
    cork.put_in()
    ends.outgoing.send(b"too late")
    ends.client.close()
    cork.pull_out()

    assert ends.stream.closed()
    with pytest.raises(WebSocketClosedError):
        await ends.outgoing.send(b"later still")


async def test_what_is_held_when_the_connection_closes_is_forgotten(ends):
    """Nothing is sent of it."""
    cork.put_in()
    ends.outgoing.send(b"too late")
    ends.outgoing.close()
    cork.pull_out()

    assert (ends.handed, ends.outgoing.size) == (0, 0)


async def test_nothing_is_held_for_long(ends, monkeypatch):
    """Where a function takes long, what the ones before it sent does not wait for it."""
    monkeypatch.setattr(module, "LONGEST_HELD", 0.0)
    for said in (b"one", b"two"):
        cork.put_in()
        ends.outgoing.send(said)

    assert (ends.handed, ends.read(3)) == (1, b"one")


async def test_what_has_come_while_something_was_told_leaves_with_it(ends):
    """It waits in the system until the event loop looks for it: nobody waits longer than that."""
    coming, other = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=coming)

    async def tell() -> None:
        while data := await reader.read(3):
            cork.put_in_for_some_turns()
            ends.outgoing.send(data)
            if data == b"one":
                other.send(b"two")
                ended.set()

    ended = asyncio.Event()
    telling = asyncio.create_task(tell())
    other.send(b"one")
    await ended.wait()
    assert ends.handed == 0
    for _ in range(module.TURNS):
        await asyncio.sleep(0)

    assert (ends.handed, ends.read(6), cork.is_in) == (1, b"onetwo", False)
    telling.cancel()
    writer.close()
    other.close()
