"""blinker's signals as rooms: a page that uses one need not be changed."""

from __future__ import annotations

import secrets
from pathlib import Path

import blinker
import pytest

from liveguide.rooms import room
from liveguide.rooms.signals import RoomSignal, share
from tests.adversary.process import running

from .hearing import Hearing
from .redis_server import RedisServer
from .test_processes import connect
from .test_rooms import guide, say, texts, told

GUIDE = Path(__file__).parents[2] / "guide"


@pytest.fixture(name="name")
def _name() -> str:
    """Return a name that no other test uses, of a signal that is a room."""
    name = f"signal-{secrets.token_hex(4)}"
    share([name])
    return name


@pytest.mark.browser
async def test_the_guide_s_chat_goes_over_many_processes_as_it_is(
    write_tree, redis: RedisServer
) -> None:
    """Its `messages.py`, to the letter: named in `rooms:`, it has a history and positions, too."""
    chat = (GUIDE / "websockethandler/messages.py").read_text()
    name, files = guide(chat.replace("'msg-queue'", "ROOM"), "history: 10")
    assert name in files["chat.py"]
    files["gramex.yaml"] += "      on_close: {function: chat.on_close}\n"
    folder = write_tree(files)

    async with (
        running(folder, "--broker", redis.url) as one,
        running(folder, "--broker", redis.url) as two,
        connect(one.port) as first,
        connect(two.port) as second,
    ):
        assert (await told(first))["type"] == "joined"
        await say(second, "hello from two")
        assert await texts(first, 1) == ["hello from two"]


async def test_a_signal_that_is_named_is_the_room(name: str) -> None:
    """Who is connected is in the room, until they are disconnected."""
    hearing = Hearing(plain=True)
    hearing.ws_connection = hearing
    blinker.signal(name).connect(hearing.write_message)
    await room(name).send("by the room")
    blinker.signal(name).send("by the signal")
    blinker.signal(name).send({"a": "</script>"})
    assert blinker.signal(name).has_receivers_for(blinker.ANY)

    blinker.signal(name).disconnect(hearing.write_message)
    blinker.signal(name).send("to nobody")

    assert hearing.heard == ["by the room", "by the signal", '{"a": "<\\/script>"}']
    assert not blinker.signal(name).has_receivers_for(blinker.ANY)


async def test_other_receivers_are_called_with_what_is_said(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One that fails costs a line in the log; the others and the sender go on."""
    heard = []

    def fail(message: str) -> None:
        raise ValueError("as it must")

    blinker.signal(name).connect(fail)
    blinker.signal(name).connect(heard.append, weak=False)
    blinker.signal(name).send("hello")

    assert heard == ["hello"]
    assert "a receiver failed" in caplog.text


def test_a_receiver_may_be_connected_before_there_is_a_loop(name: str) -> None:
    """As a module does while it is loaded."""
    blinker.signal(name).connect(print)

    assert [*blinker.signal(name).receivers_for("hello")] == [print]


async def test_a_signal_that_somebody_has_already_becomes_the_room() -> None:
    """Who was connected before hears on."""
    heard = []
    signal = blinker.signal(f"signal-{secrets.token_hex(4)}")
    signal.connect(heard.append, weak=False)
    share([signal.name])

    signal.send("hello")

    assert isinstance(signal, RoomSignal)
    assert heard == ["hello"]


async def test_a_signal_that_is_not_named_stays_blinker_s() -> None:
    """Whatever it sends, to whomever."""
    signal = blinker.signal(f"signal-{secrets.token_hex(4)}")
    heard = []
    signal.connect(lambda sender, **more: heard.append((sender, more)), weak=False)

    signal.send(3, more="x")

    assert type(signal) is blinker.NamedSignal
    assert heard == [(3, {"more": "x"})]


@pytest.mark.parametrize(("values", "named"), [((3,), {}), ((), {}), (("text",), {"more": 1})])
async def test_what_can_t_be_said_is_an_error(name: str, values: tuple, named: dict) -> None:
    """Python's objects don't go from process to process."""
    with pytest.raises(TypeError, match="is a room, which takes"):
        blinker.signal(name).send(*values, **named)
