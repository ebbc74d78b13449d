"""Rooms of one process, as their members hear them: a real server, and sockets."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import secrets
from typing import Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from liveguide.rooms import room
from liveguide.rooms.engine import Topic
from liveguide.rooms.rooms import Rooms
from liveguide.server import resuming
from liveguide.server.wire.cork import cork
from liveguide.server.wire.outgoing import Outgoing
from tests.server.conftest import ECHO, Served, handshake, routes

ROOM = """\
from liveguide.rooms import room
queue = room(ROOM)
def open(handler): queue.join(handler, handler.get_argument('name', None))
def on_message(handler, message): queue.send(message)
"""
CHAT = "open: {function: chat.open}\non_message: {function: chat.on_message}"


def guide(chat: str = ROOM, history: str = "", **entries: str) -> tuple[str, dict[str, str]]:
    """Return the name of a room that no other test uses, and a guide whose module speaks to it."""
    name = f"room-{secrets.token_hex(4)}"
    settings = f"rooms:\n  {name}: {{{history}}}\n" if history else ""
    config = settings + routes(chat=CHAT, **entries)
    return name, {"gramex.yaml": config, "chat.py": chat.replace("ROOM", repr(name))}


@pytest.fixture(name="chat")
async def _chat(serve) -> Served:
    """Serve a room that keeps nothing."""
    return await serve(guide()[1])


@pytest.fixture(name="durable")
async def _durable(serve) -> Served:
    """Serve a room that keeps five messages."""
    return await serve(guide(history="history: 5")[1])


async def told(ws: websockets.ClientConnection, kind: str = "") -> dict[str, Any]:
    """Return the next thing that a client who resumes is told, of a kind if one is given."""
    while True:
        said = json.loads(await asyncio.wait_for(ws.recv(), 10))
        if (said["type"] == kind) if kind else said["type"] != "members":
            return said


async def say(ws: websockets.ClientConnection, text: str, id: str = "") -> dict[str, Any]:
    """Send a message, and return what its sender is told of it."""
    await ws.send(json.dumps({"type": "send", "id": id or secrets.token_hex(8), "text": text}))
    while (said := await told(ws))["type"] not in ("accepted", "refused"):
        pass
    return said


async def texts(ws: websockets.ClientConnection, count: int) -> list[str]:
    """Return what the next so many messages say."""
    return [(await told(ws, "message"))["text"] for _ in range(count)]


async def test_what_one_says_all_hear(chat: Served) -> None:
    """A plain client sends a text, and every client hears it as it is, its sender too."""
    async with chat.connect("/chat") as one, chat.connect("/chat") as two:
        await one.send("hello")

        assert [await one.recv(), await two.recv()] == ["hello", "hello"]


async def test_bytes_stay_bytes(chat: Served) -> None:
    """A binary message is heard as one."""
    async with chat.connect("/chat") as ws:
        await ws.send(b"\x00\xff")

        assert await ws.recv() == b"\x00\xff"


async def test_who_has_left_is_not_told(chat: Served) -> None:
    """A connection that ends leaves its rooms; whoever comes later hears only what comes then."""
    async with chat.connect("/chat") as one:
        async with chat.connect("/chat"):
            pass
        await one.send("alone")

        assert await one.recv() == "alone"


async def test_a_room_is_the_same_everywhere() -> None:
    """Whoever asks for a name gets the same room, for as long as anybody has it."""
    assert room("the same") is room("the same")


async def test_a_client_that_resumes_is_told_where_it_stands(durable: Served) -> None:
    """An empty `since` gets what is kept, and from then on positions."""
    async with durable.connect("/chat?since=") as ws:
        joined = await told(ws)
        assert (joined["type"], joined["offset"], joined["members"]) == ("joined", 0, 1)
        assert "recovered" not in joined
        accepted = await say(ws, "one")

        assert accepted["epoch"] == joined["epoch"]
        assert accepted["offset"] == 1
    async with durable.connect("/chat?since=") as ws:
        assert (await told(ws))["offset"] == 1
        message = await told(ws)

    assert message == {
        "type": "message",
        "room": joined["room"],
        "offset": 1,
        "id": accepted["id"],
        "text": "one",
    }


async def test_the_first_in_a_room_is_told_once_what_is_kept(durable: Served) -> None:
    """As all who come later are."""
    async with durable.connect("/chat") as ws:
        await ws.send("one")
        await ws.recv()
    async with durable.connect("/chat?since=") as ws:
        await ws.send(json.dumps({"type": "send", "id": "2", "text": "two"}))
        kinds = []
        while (said := await told(ws))["type"] != "accepted":
            kinds.append((said["type"], said.get("text")))

    assert sorted(kinds, key=str) == [("joined", None), ("message", "one"), ("message", "two")]


async def test_who_resumes_is_not_held_up_where_much_is_told(serve, monkeypatch) -> None:
    """What is told in a turn of the event loop leaves together: what was missed, a page of it."""
    served = await serve(guide(history="history: 100")[1])
    async with served.connect("/chat") as ws:
        for number in range(100):
            await ws.send(f"{number}")
            await ws.recv()
    release, together = Outgoing.release, []
    monkeypatch.setattr(
        Outgoing, "release", lambda self: (together.append(len(self)), release(self))
    )
    busy = asyncio.create_task(_hold_every_turn())

    async with served.connect("/chat?since=") as ws:
        assert await texts(ws, 100) == [f"{number}" for number in range(100)]

    busy.cancel()
    assert max(together) >= 100


async def _hold_every_turn() -> None:
    while True:
        cork.put_in_for_some_turns()
        await asyncio.sleep(0)


async def test_what_was_missed_follows_in_order(durable: Served) -> None:
    """A position is recovered: everything after it comes, then what is said from then on."""
    async with durable.connect("/chat?since=") as ws:
        epoch = (await told(ws))["epoch"]
        for text in "abcd":
            await say(ws, text)
        async with durable.connect(f"/chat?since={epoch}:2") as back:
            joined = await told(back)
            assert joined["recovered"] is True
            assert await texts(back, 2) == ["c", "d"]
            await say(ws, "e")
            assert await texts(back, 1) == ["e"]


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        ("EPOCH:99", "future"),
        ("EPOCH:1", "trimmed"),
        ("another:1", "epoch"),
        ("nonsense", "malformed"),
        ("EPOCH:-1", "malformed"),
        ("EPOCH:٣", "malformed"),
        ("EPOCH:1000000000000000000000", "malformed"),
    ],
)
async def test_what_can_t_be_recovered_is_said(durable: Served, since: str, reason: str) -> None:
    """The client is told that, and why, and gets what is kept all the same."""
    async with durable.connect("/chat?since=") as ws:
        epoch = (await told(ws))["epoch"]
        for text in "abcdefgh":
            await say(ws, text)
        async with durable.connect(f"/chat?since={since.replace('EPOCH', epoch)}") as back:
            joined = await told(back)

            assert (joined["recovered"], joined["reason"]) == (False, reason)
            assert await texts(back, 5) == [*"defgh"]


async def test_what_is_sent_again_is_not_doubled(durable: Served) -> None:
    """A message with an id that was accepted has the position that it had, and is not heard."""
    async with durable.connect("/chat?since=") as ws:
        first = await say(ws, "once", "id-1")
        again = await say(ws, "once", "id-1")
        await say(ws, "next")

        assert again == first
        async with durable.connect("/chat?since=") as other:
            assert await texts(other, 2) == ["once", "next"]


async def test_a_room_that_keeps_nothing_says_so(chat: Served) -> None:
    """Its members are told offset 0, and no epoch."""
    async with chat.connect("/chat?since=") as ws:
        assert await told(ws) | {"room": ""} == {
            "type": "joined",
            "room": "",
            "epoch": "",
            "offset": 0,
            "after": 0,
            "members": 1,
        }
        assert (await say(ws, "hello", "an-id")) == {
            "type": "accepted",
            "id": "an-id",
            "epoch": "",
            "offset": 0,
        }


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"binary", 1003),
        ("not JSON", 1007),
        ("[" * 5000, 1007),
        ('"text"', 1007),
        ('{"type": "send", "id": "", "text": "x"}', 1007),
        ('{"type": "send", "id": "%s", "text": "x"}' % ("x" * 65), 1007),
        ('{"type": "send", "id": 1, "text": "x"}', 1007),
        ('{"type": "send", "id": "a"}', 1007),
        ('{"type": "send", "id": "a", "text": "\\ud800"}', 1007),
        ('{"type": "other"}', 1007),
    ],
)
async def test_what_is_no_message_closes_its_connection(
    durable: Served, message: str | bytes, code: int
) -> None:
    """A client that resumes sends JSON objects of one form; the author's function sees no other."""
    async with durable.connect("/chat?since=") as ws:
        await told(ws)
        await ws.send(message)
        with pytest.raises(ConnectionClosed):
            await told(ws, "message")

        assert ws.close_code == code
        assert ws.close_reason


async def test_an_author_s_own_words_are_wrapped(serve) -> None:
    """What a function writes to one client stays apart from what the room says."""
    greeting = ROOM.rstrip() + "; handler.write_message('only you')\n"
    served = await serve(guide(greeting, "history: 5")[1])

    async with served.connect("/chat?since=") as ws:
        await told(ws)
        await ws.send(json.dumps({"type": "send", "id": "1", "text": "x"}))
        assert await told(ws, "text") == {"type": "text", "text": "only you"}


async def test_since_means_nothing_where_there_is_no_room(serve, monkeypatch) -> None:
    """An endpoint of a guide without rooms may have a parameter of that name."""
    monkeypatch.setattr(resuming, "rooms", Rooms())  # other tests in this process have some
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with served.connect("/echo?since=2020") as ws:
        await ws.send("plain")
        assert await ws.recv() == "plain"


async def test_a_message_that_is_too_large_closes_with_1009(serve, caplog) -> None:
    """Where its author lets the room's error pass, the client is told, and no traceback logged."""
    small = ROOM + "queue.max_message_size = 10\n"
    served = await serve(guide(small)[1])

    async with served.connect("/chat") as ws:
        await ws.send("x" * 11)
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert ws.close_code == 1009
    (line,) = [r for r in caplog.records if "chat.on_message failed" in r.getMessage()]
    assert line.exc_info is None
    assert "takes messages of 10 bytes, but this has 11" in line.getMessage()


async def test_a_refused_message_is_told_before_the_close(serve, caplog) -> None:
    """A client that resumes hears that its message failed, so that it does not send it for ever."""
    served = await serve(guide(ROOM.replace("queue.send(message)", "1 / 0"), "history: 5")[1])

    async with served.connect("/chat?since=") as ws:
        refused = await say(ws, "x", "id-1")
        assert refused == {"type": "refused", "id": "id-1", "reason": "failed"}
        with pytest.raises(ConnectionClosed):
            await told(ws, "never")

    assert ws.close_code == 1011


async def test_an_async_function_awaits_the_position(serve) -> None:
    """`send` may be awaited; what its function sends twice has two ids, the same each time."""
    chat = ROOM.replace("def on_message", "async def on_message").replace(
        "queue.send(message)",
        "handler.write_message(str((await queue.send(message)).offset)); "
        "await queue.send(message + '!')",
    )
    served = await serve(guide(chat, "history: 5")[1])

    async with served.connect("/chat?since=") as ws:
        await told(ws)
        assert (await say(ws, "a", "id-1"))["offset"] == 1
        await ws.send(json.dumps({"type": "send", "id": "id-1", "text": "a"}))
        assert (await told(ws, "text"))["text"] == "1"
        await say(ws, "b")
        async with served.connect("/chat?since=") as other:
            assert await texts(other, 4) == ["a", "a!", "b", "b!"]


async def test_members_are_named_and_counted(durable: Served) -> None:
    """Changes are gathered for a moment; who gave no name is counted."""
    async with durable.connect("/chat?since=") as ws:
        await told(ws)
        async with durable.connect("/chat?name=Ada"), durable.connect("/chat"):
            came = await told(ws, "members")
            assert (came["count"], came["joined"], came["left"]) == (3, ["Ada"], [])
        went = await told(ws, "members")
        assert (went["count"], went["joined"], went["left"]) == (1, [], ["Ada"])


async def test_a_member_that_can_t_be_written_to_leaves_alone(serve, caplog) -> None:
    """The sender notices nothing, and the others hear it all."""
    ill = ROOM.replace(
        "queue.join(handler,",
        "handler.write_message = Ill().write_message if handler.args else "
        "handler.write_message; queue.join(handler,",
    )
    ill += "class Ill:\n ws_connection = None\n def write_message(self, text): raise ValueError\n"
    served = await serve(guide(ill)[1])

    async with served.connect("/chat?ill=1"), served.connect("/chat") as two:
        await two.send("y")
        assert await two.recv() == "y"
        await two.send("z")
        assert await two.recv() == "z"


async def test_messages_sent_while_one_is_told_keep_their_order(serve) -> None:
    """A member that answers from within its `write_message` disturbs nobody's order."""
    class_ = """\
import tornado.websocket
from liveguide.rooms import room
queue = room(ROOM)
class Bot(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin): return True
    def open(self): queue.join(self)
    def on_message(self, message): queue.send(message)
    def write_message(self, message, binary=False):
        if message == 'ping': queue.send('pong')
        return super().write_message(message, binary)
"""
    _, files = guide(class_)
    files["gramex.yaml"] = "url:\n  bot:\n    pattern: /bot\n    handler: chat.Bot\n"
    served = await serve(files)
    async with served.connect("/bot") as one, served.connect("/bot") as two:
        await one.send("ping")

        for ws in (one, two):
            assert [await ws.recv() for _ in range(3)] == ["ping", "pong", "pong"]


async def test_what_stands_in_the_place_of_write_message_is_called(serve) -> None:
    """An author may put something there for one connection."""
    talk = """\
from liveguide.rooms import room
queue = room(ROOM)
def open(handler):
    write = handler.write_message
    handler.write_message = lambda message: write(message.upper())
    queue.join(handler)
def on_message(handler, message): queue.send(message)
"""
    _, files = guide(talk)
    served = await serve(files)
    async with served.connect("/chat") as ws:
        await ws.send("hello")
        assert await ws.recv() == "HELLO"


async def test_a_member_that_can_t_be_told_leaves(serve, caplog) -> None:
    """The others hear, and the log says so, once."""
    talk = """\
from liveguide.rooms import room
queue = room(ROOM)
def fail(message): raise RuntimeError('no')
def open(handler):
    queue.join(handler)
    handler.write_message('joined')
    if handler.get_argument('broken', ''): handler.write_message = fail
def on_message(handler, message): queue.send(message)
"""
    name, files = guide(talk)
    served = await serve(files)
    async with served.connect("/chat?broken=1") as broken, served.connect("/chat") as other:
        assert [await broken.recv(), await other.recv()] == ["joined", "joined"]
        for said in ("one", "two"):
            await other.send(said)
            assert await other.recv() == said

        assert room(name).count() == 1
    said = [record.message for record in caplog.records if "could not be told" in record.message]
    assert len(said) == 1


async def test_a_member_that_is_being_closed_is_passed_over(serve, caplog) -> None:
    """The others hear, and nobody is told of an error: it has not left yet."""
    talk = """\
from liveguide.rooms import room
queue = room(ROOM)
def open(handler): queue.join(handler)
def on_message(handler, message):
    handler.close()
    queue.send(message)
"""
    _, files = guide(talk)
    served = await serve(files)
    async with served.connect("/chat") as stays, served.connect("/chat") as leaves:
        await leaves.send("goodbye")
        assert await stays.recv() == "goodbye"
        assert [said async for said in leaves] == []

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_who_leaves_in_the_middle_of_a_replay_leaves_no_trace(serve, caplog) -> None:
    """Also one that does not read any more: its socket is full, and what is kept is long."""
    name, files = guide(history="history: 2000")
    served = await serve(files)
    reader, writer = await handshake(served.port, "/chat")
    for _ in range(300):
        await room(name).send("x" * 60_000)
    writer.transport.abort()
    reader, writer = await handshake(served.port, "/chat?since=")
    await reader.readexactly(100_000)  # it has begun
    writer.transport.abort()
    async with asyncio.timeout(10):
        await served.app.connections.ended()
    async with served.connect("/chat?since=", max_size=None) as ws:
        assert await texts(ws, 300) == ["x" * 60_000] * 300

    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_an_async_function_joins_with_its_websocket(serve) -> None:
    """Its connection hears as others do; its client can't resume, and `since` changes nothing."""
    talk = """\
from liveguide.rooms import room
queue = room(ROOM)
async def talk(websocket):
    await websocket.accept()
    queue.join(websocket)
    async for message in websocket:
        await queue.send(message)
"""
    name, files = guide(talk)
    files["gramex.yaml"] = "url:\n  talk:\n    pattern: /talk\n    handler: chat.talk\n"
    served = await serve(files)
    async with served.connect("/talk?since=") as one, served.connect("/talk") as two:
        await one.send("hello")
        assert [await one.recv(), await two.recv()] == ["hello", "hello"]
    async with asyncio.timeout(10):
        await served.app.connections.ended()

    assert room(name).count() == 0


async def test_a_reload_changes_what_is_kept(serve) -> None:
    """A room that is to keep something does from then on; its members stay."""
    name, files = guide()
    served = await serve(files)
    async with served.connect("/chat?since=") as ws, served.connect("/chat") as plain:
        assert (await told(ws))["epoch"] == ""
        await say(ws, "forgotten")
        kept = dataclasses.replace(served.app.loaded, topics={name: Topic(name, 5)})
        served.app.use(kept, served.app.settings_in_use)
        assert (await say(ws, "kept"))["offset"] == 1
        assert [await plain.recv(), await plain.recv()] == ["forgotten", "kept"]

    async with served.connect("/chat?since=") as ws:
        assert await texts(ws, 1) == ["kept"]


async def test_an_engine_that_takes_no_more_closes_with_1013(serve) -> None:
    """Where its author lets the room's error pass; a client that resumes is told before."""
    chat = ROOM.replace("queue.send(message)", "take(message)") + (
        "from liveguide.rooms import NotAccepted\n"
        "def take(message): raise NotAccepted('away', 'too much waits already')\n"
    )
    served = await serve(guide(chat, "history: 5")[1])

    async with served.connect("/chat") as plain, served.connect("/chat?since=") as ws:
        await plain.send("x")
        assert await say(ws, "x", "id-1") == {"type": "refused", "id": "id-1", "reason": "away"}
        for client in (plain, ws):
            await client.wait_closed()
            assert (client.close_code, client.close_reason) == (1013, "too much waits already")
