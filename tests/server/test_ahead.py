"""Messages of one client that wait in a room until they are accepted, without its next ones."""

from __future__ import annotations

import logging

import pytest
from websockets.exceptions import ConnectionClosed

from liveguide.rooms.engine import NotAccepted
from tests.waiting import until

from .conftest import Serve, Served, routes
from .wire.client import TEXT, client_frame, raw_client

GUIDE = {
    "gramex.yaml": routes(say="on_message: {function: bot.say}"),
    "bot.py": """\
from liveguide.rooms.engine import Accepted

def say(handler, message):
    sent = handler.settings['sent']
    sent.append(Accepted())
    return sent[-1]
""",
}


@pytest.fixture(name="served")
async def _served(serve: Serve) -> Served:
    """Serve a function whose room has not accepted anything yet."""
    served = await serve(GUIDE)
    served.app.settings["sent"] = []
    return served


async def test_sixteen_messages_wait_at_once_and_the_next_is_waited_for(served: Served) -> None:
    """The seventeenth is sent, too, but nothing after it until it is accepted."""
    sent = served.app.settings["sent"]

    async with raw_client(served.port, "/say") as client:
        client.send(client_frame(TEXT, b"all at once") * 20)
        await until(lambda: len(sent) >= 17)
        assert len(sent) == 17
        for accepted in sent[:17]:
            accepted.set_result(None)
        await until(lambda: len(sent) == 20)


async def test_what_is_refused_together_closes_once(served: Served, caplog) -> None:
    """One line in the log, and 1013: the room takes nothing now."""
    sent = served.app.settings["sent"]

    async with served.connect("/say") as ws:
        await ws.send("one")
        await ws.send("two")
        await until(lambda: len(sent) == 2)
        for accepted in sent:
            accepted.set_exception(NotAccepted("full", "the engine is full"))
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert (ws.close_code, ws.close_reason) == (1013, "the engine is full")
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1
