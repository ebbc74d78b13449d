"""The endpoints of our own guide, as the page promises them."""

from __future__ import annotations

import asyncio
import importlib.util
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from liveguide.server.endpoints.routes import read_files

from .conftest import Served

GUIDE = Path(__file__).resolve().parents[2] / "guide"
FOLDER = GUIDE / "websockethandler"


@pytest.fixture(name="guide")
async def _guide(serve) -> Served:
    """Serve the guide's own endpoints."""
    names = ["gramex.yaml", "pingbot.py", "messages.py", "chatbot.py"]
    return await serve({f"websockethandler/{n}": (FOLDER / n).read_bytes() for n in names})


def module_of(served: Served, name: str) -> Any:
    """Return what a module of the guide defines, as it was loaded for its endpoint."""
    for rule in served.app.endpoint_rules:
        endpoint = rule.target_kwargs["endpoint"]
        if endpoint.route.name.endswith(name):
            return SimpleNamespace(**endpoint.callbacks["open"].function.__globals__)
    raise KeyError(name)


def test_the_guide_defines_its_endpoints_and_nothing_faulty():
    """The names and patterns are those that the pages use."""
    files = read_files(GUIDE, GUIDE.parent / "site")

    assert files.problems == []
    names = {route.name for route in files.routes}
    assert names >= {f"websockethandler/{name}" for name in ("pingbot", "messages", "chatbot")}
    for route in files.routes:
        folder = route.folder.relative_to(GUIDE).as_posix()
        assert route.name.startswith(f"{folder}/")
        assert route.pattern.startswith(f"/{route.name}")


@pytest.mark.parametrize("name", ["pingbot", "messages", "chatbot"])
def test_each_entry_stands_between_its_markers(name):
    """The page shows the entries one by one."""
    lines = [line.strip() for line in (FOLDER / "gramex.yaml").read_text().splitlines()]
    part = lines[lines.index(f"# [start:{name}]") : lines.index(f"# [end:{name}]")]

    assert [line for line in part if line.startswith("websockethandler/")] == [
        f"websockethandler/{name}:"
    ]
    assert f"pattern: /$YAMLURL/{name}" in part


async def test_the_pingbot_says_what_it_got(guide, capsys):
    """It answers every text, and prints the beginning of the session's id to the terminal."""
    async with guide.connect("/websockethandler/pingbot") as ws:
        await ws.send("Hello world")
        assert await ws.recv() == "Got message: Hello world"
    await guide.app.connections.ended()

    lines = capsys.readouterr().out.splitlines()
    session = lines[0].removeprefix("Pingbot opened for ")
    assert len(session) == 6
    assert lines[1:] == [
        f"Got message Hello world for {session}",
        f"Pingbot closed for {session}",
    ]


@pytest.mark.parametrize("name", ["pingbot", "chatbot"])
async def test_a_bot_that_reads_text_refuses_a_binary_message(guide, caplog, name):
    """1003 says so; it is no error of the server's."""
    async with guide.connect(f"/websockethandler/{name}") as ws:
        await ws.send(b"\xff\x00")
        await ws.wait_closed()

    assert ws.close_code == 1003
    assert caplog.records == []


async def test_a_message_reaches_everyone_in_the_room(guide):
    """All clients hear it, its sender too, as the text that it is; leaving harms nobody."""
    text = "<img src=x onerror=alert(1)>"
    room = module_of(guide, "messages").room
    path = "/websockethandler/messages"

    async with guide.connect(path) as one, guide.connect(path) as two:
        async with guide.connect(path) as three:
            await one.send(text)
            assert [await ws.recv() for ws in (one, two, three)] == [text] * 3
        await two.send(b"binary is passed over")
        await two.send("still here")
        assert [await ws.recv() for ws in (one, two)] == ["still here"] * 2
    await guide.app.connections.ended()

    assert len(room.receivers) == 0


async def test_a_reader_who_vanishes_does_not_disturb_the_room(guide, caplog):
    """A connection that is cut between two messages costs nobody anything."""
    path = "/websockethandler/messages"

    async with guide.connect(path) as one:
        two = await guide.connect(path)
        two.transport.abort()
        for n in range(50):
            await one.send(str(n))
        assert [await one.recv() for _ in range(50)] == [str(n) for n in range(50)]
        await two.wait_closed()

    assert caplog.records == []


async def test_the_chatbot_converses(guide):
    """It greets, and answers what it is told."""
    async with guide.connect("/websockethandler/chatbot") as ws:
        assert await ws.recv() == "Hello. How are you feeling today?"
        for text in ["I need a holiday", "", "?", "\n", "x" * 60000, "((((", "grüße"]:
            await ws.send(text)
            assert await ws.recv()


async def test_two_tabs_are_two_conversations(guide):
    """Each connection has its own timer, which stops when it closes."""
    path = "/websockethandler/chatbot"
    async with guide.connect(path) as one, guide.connect(path) as two:
        await one.recv()
        await two.recv()
        conversations = [handler.conversation for handler in guide.app.connections]
        assert conversations[0] is not conversations[1]
        assert all(c.timer.is_running() for c in conversations)
        await one.close()  # which waits for the server's end, and that for on_close
        assert sorted(c.timer.is_running() for c in conversations) == [False, True]
        await two.send("I am fine")
        assert await two.recv()
    await guide.app.connections.ended()

    assert not any(c.timer.is_running() for c in conversations)


@pytest.fixture(name="chatbot")
def _chatbot() -> ModuleType:
    """Load the chatbot by itself."""
    spec = importlib.util.spec_from_file_location("chatbot_alone", FOLDER / "chatbot.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_the_chatbot_speaks_up_ever_more_rarely(chatbot, monkeypatch):
    """Left alone it says something, waits longer each time, and starts over when it is told."""
    monkeypatch.setattr(chatbot, "FIRST", 0.001)
    said: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    handler = SimpleNamespace(
        write_message=lambda text: said.put_nowait((text, conversation.timer.callback_time))
    )
    conversation = chatbot.Conversation(handler)

    heard = [await said.get() for _ in range(5)]
    texts, waits = zip(*heard, strict=True)
    conversation.start_over()

    assert conversation.timer.callback_time == 1
    conversation.timer.stop()
    assert set(texts) <= set(chatbot.IDLE)
    assert all(a != b for a, b in pairwise(texts))
    assert waits == pytest.approx([1.8**n for n in range(5)])
    # The shortest silence after a step is longer than the longest before it.
    assert chatbot.GROWTH * 0.75 > 1.25


def test_the_chatbot_s_silence_has_a_longest(chatbot):
    """The wait stops growing after a few minutes."""
    timer = SimpleNamespace(callback_time=chatbot.LONGEST * 1000 - 1)
    conversation = chatbot.Conversation.__new__(chatbot.Conversation)
    conversation.timer, conversation.last = timer, None
    conversation.handler = SimpleNamespace(write_message=lambda text: None)

    conversation.speak_up()

    assert timer.callback_time == chatbot.LONGEST * 1000


async def test_an_expression_and_a_pipeline_of_the_guide_answer(guide):
    """The endpoints that show what a function may be do what they show."""
    answers = {"shout": "WHAT A LOVELY DAY", "count": "4 words, the longest is lovely"}
    for name, answer in answers.items():
        async with guide.connect(f"/websockethandler/{name}") as ws:
            await ws.send("what a lovely day")
            assert await ws.recv() == answer
