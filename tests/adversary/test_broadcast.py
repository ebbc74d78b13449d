"""Row 20: a broadcast is its sender's affair, whoever receives it; connections share nothing."""

from __future__ import annotations

import asyncio
import random

from server.conftest import routes
from server.wire.client import TEXT, raw_client

from tests.waiting import until

SIGNAL = """\
from blinker import signal

room = signal('adversary')
heard, handlers = [], []

def open(handler):
    handlers.append(handler)  # held, as by an author who forgets it
    handler.count = 0
    room.connect(handler.write_message)

def on_message(handler, message):
    handler.count += 1
    heard.append(len(room.send(message)))

def count(handler, message):
    handler.count = getattr(handler, 'count', 0) + 1
    handler.write_message(f'{message} {handler.count}')
"""
ROOM = "open: {function: bot.open}\non_message: {function: bot.on_message}\nmessage_rate: 0"
GUIDE = {
    "gramex.yaml": routes(
        room=ROOM,
        zip=f"{ROOM}\nget_compression_options: {{function: dict()}}",
        count="on_message: {function: bot.count}",
    ),
    "bot.py": SIGNAL,
}


async def test_a_sender_never_notices_who_has_left(serve, caplog):
    """1,000 rounds, with receivers that are cut off in between: every round reaches the rest."""
    served = await serve(GUIDE)
    choose = random.Random(20)

    async with served.connect("/room") as speaker:
        members = [await served.connect("/room") for _ in range(20)]
        leaving = choose.sample(members, 20)
        for number in range(1000):
            if number % 50 == 0:
                leaving.pop().transport.abort()
            await speaker.send(f"round {number}")
            assert await speaker.recv() == f"round {number}"
        for member in members:
            await member.wait_closed()

    assert caplog.records == []
    assert served.app.counts.failed == {}


async def test_a_message_is_encoded_once_and_compressed_for_those_who_agreed(serve):
    """One text to connections of both kinds; each reads it."""
    served = await serve(GUIDE)

    async with (
        served.connect("/room") as plain,
        served.connect("/zip", compression="deflate") as zipped,
        served.connect("/room") as speaker,
    ):
        for message in ("grüß dich", "grüß dich", "x" * 5000, ""):
            await speaker.send(message)
            assert [await ws.recv() for ws in (plain, zipped, speaker)] == [message] * 3


async def test_texts_that_are_equal_and_bytes_are_not_confused(serve):
    """What was encoded last is known by what it is, not by what it looks like."""
    kinds = "on_message: {function: 'handler.write_message(message, message.startswith(\"b\"))'}"
    served = await serve({"gramex.yaml": routes(kinds=kinds + "\nmessage_rate: 0")})

    async with served.connect("/kinds") as ws:
        for message, answer in (("text", "text"), ("bytes", b"bytes"), ("text", "text")):
            await ws.send(message)
            assert await ws.recv() == answer


async def test_two_tabs_of_one_session_have_a_state_each(serve):
    """The session is shared, the handler is not."""
    served = await serve(GUIDE)

    async with served.connect("/count") as first, served.connect("/count") as second:
        for ws, expected in ((first, "a 1"), (second, "a 1"), (first, "a 2")):
            await ws.send("a")
            assert await ws.recv() == expected


async def test_the_end_is_told_to_the_one_who_has_left(serve):
    """Not in the middle of the broadcast that notices it: its context is the sender's."""
    bot = SIGNAL + (
        "import contextvars\nname = contextvars.ContextVar('name', default='nobody')\nleft = []\n"
        "def named(handler):\n    name.set(handler.get_query_argument('name'))\n    open(handler)\n"
        "def on_close(handler): left.append((handler.get_query_argument('name'), name.get()))\n"
        "def speak(handler, message):\n    room.send(message)\n    left.append('sent')\n"
    )
    served = await serve(
        {
            "gramex.yaml": routes(
                room="open: {function: bot.named}\non_message: {function: bot.speak}\n"
                "on_close: {function: bot.on_close}\nmax_queue_messages: 1"
            ),
            "bot.py": bot,
        }
    )
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    left = endpoint.callbacks["open"].function.__globals__["left"]

    async with served.connect("/room?name=speaker") as speaker:
        async with raw_client(served.port, "/room?name=silent"):
            while len(served.app.connections) > 1:
                await speaker.send("x" * 60_000)
                await speaker.recv()
        assert ("silent", "silent") in left
    assert ("silent", "speaker") not in left


async def test_a_broadcast_waits_for_nobody(serve):
    """All who read have it, while one does not read at all."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/room") as silent, served.connect("/room") as speaker:
        async with served.connect("/room") as listener:
            for number in range(300):
                await speaker.send(f"{number}" + "x" * 2000)
                await speaker.recv()
                assert (await listener.recv()).startswith(f"{number}x")
        assert (await silent.receive())[0] == TEXT


async def test_rounds_of_coming_and_going_leave_nothing(serve):
    """No connection, no task, no timer that belongs to one."""
    served = await serve(GUIDE)
    before = asyncio.all_tasks()

    for _ in range(20):
        async with served.connect("/count") as ws:
            await ws.send("a")
            assert await ws.recv() == "a 1"
    await until(lambda: not served.app.connections)
    await until(lambda: not asyncio.all_tasks() - before)

    assert served.app.counts.opened == 20
