"""A run with `--resume` against a room of ours, which keeps its messages in memory."""

from __future__ import annotations

import asyncio

import pytest

from liveguide.load import resuming
from liveguide.load.plan import Plan
from liveguide.load.run import Run
from tests.server.conftest import _serve as _serve
from tests.server.conftest import routes

CUTTING = """\
from liveguide.rooms import room

queue = room("load-tool")
handlers = set()
heard = 0

def open(handler):
    handlers.add(handler)
    queue.join(handler)

def on_message(handler, message):
    global heard
    heard += 1
    queue.send(message)
    if heard % 10 == 0:
        for other in list(handlers):
            other.close(1012)

def on_close(handler):
    handlers.discard(handler)
"""


async def test_a_room_that_closes_all_connections(serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 1012, again and again: everybody comes back, and hears everything once and in order."""
    monkeypatch.setattr(resuming, "_FIRST", 0.02)
    chat = "open: {function: chat.open}\non_message: {function: chat.on_message}\n"
    settings = "rooms:\n  load-tool: {history: 100}\n"
    config = settings + routes(chat=chat + "on_close: {function: chat.on_close}")
    served = await serve({"gramex.yaml": config, "chat.py": CUTTING})
    plan = Plan(
        *((f"ws://127.0.0.1:{served.port}/chat",), 5, 5),
        rate=200,
        messages=60,
        connect_rate=1000,
        resume=True,
    )

    async with asyncio.timeout(60):
        outcome = await Run(plan).go()

    assert outcome.good
    assert outcome.verdict.delivered == 5 * 60
    assert outcome.numbers.reconnects > 5
