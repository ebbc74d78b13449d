"""What is said of a function that holds up everybody: while it does, and afterwards."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import Process
from pathlib import Path

import pytest
import websockets

from ..conftest import ECHO, address, ended, routes

pytestmark = pytest.mark.long

BOT = """\
import asyncio
from tornado.websocket import WebSocketHandler

def hold_up(handler, message):
    open(message).read()

async def later(handler, message):
    await asyncio.sleep(0)
    hold_up(handler, message)

class Bot(WebSocketHandler):
    def on_message(self, message):
        while open(message).read():
            pass

async def talk(websocket):
    async for message in websocket:
        with open(message) as pipe:
            pipe.read()
"""

STYLES = """\
url:
  function:
    pattern: /function
    handler: WebSocketHandler
    kwargs: {on_message: {function: bot.hold_up}}
  awaited:
    pattern: /awaited
    handler: WebSocketHandler
    kwargs: {on_message: {function: bot.later}}
  expression:
    pattern: /expression
    handler: WebSocketHandler
    kwargs:
      on_message: {function: open(message).read()}
  class:
    pattern: /class
    handler: bot.Bot
  coroutine:
    pattern: /coroutine
    handler: bot.talk
"""

FROM_HERE = """
import sys
from liveguide.server.cli import main

sys.exit(main())
"""


@pytest.fixture(name="pipe")
def _pipe(tmp_path: Path) -> Path:
    """Make a pipe, the reading of which blocks until somebody writes."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


async def expect_logged(process: Process, start: str) -> str:
    """Return the next line of the log, without its time."""
    line = (await asyncio.wait_for(process.stderr.readline(), 10)).decode().strip()
    text = line.split(" ", 2)[2]
    assert text.startswith(start), text
    return text


@pytest.mark.parametrize(
    ("style", "function", "place"),
    [
        ("function", "bot.hold_up", "guide/bot.py:5"),
        ("awaited", "bot.hold_up", "guide/bot.py:5"),
        ("expression", "an expression", "guide/gramex.yaml:14"),
        ("class", "bot.Bot.on_message", "guide/bot.py:13"),
        ("coroutine", "bot.talk", "guide/bot.py:18"),
    ],
)
async def test_a_function_is_named_while_it_blocks(guide, start, pipe, style, function, place):
    """One line with the function, its file and its line; one with the time when it is over."""
    (guide / "gramex.yaml").write_text(STYLES)
    (guide / "bot.py").write_text(BOT)
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws")

    async with websockets.connect(url + style, proxy=None) as ws:
        await ws.send(str(pipe))
        blocks = await expect_logged(
            process, f"WARNING {function} blocks the server ({place}), for 0."
        )
        pipe.write_text("")
        blocked = await expect_logged(process, f"WARNING {function} blocked the server for ")

    assert blocks.endswith("make it async, or call it by 'await asyncio.to_thread(...)'")
    assert blocked.endswith(f" s ({place})")


async def test_a_function_of_a_package_is_named_too(guide, start, pipe, tmp_path):
    """The outermost function that is neither Python's nor ours: the one that was configured."""
    (tmp_path / "outside.py").write_text("def read(handler, path):\n    open(path).read()\n")
    (guide / "gramex.yaml").write_text(routes(bot="on_message: {function: outside.read}"))
    process = await start("--port", "0", "--no-build", script=FROM_HERE)
    url = (await address(process)).replace("http", "ws") + "bot"

    async with websockets.connect(url, proxy=None) as ws:
        await ws.send(str(pipe))
        await expect_logged(
            process, "WARNING outside.read blocks the server (outside.py:2), for 0."
        )
        pipe.write_text("")


async def test_the_page_is_told_who_held_up_the_server(guide, start, pipe):
    """Afterwards: while it is held up, nobody can be told anything."""
    (guide / "gramex.yaml").write_text(STYLES)
    (guide / "bot.py").write_text(BOT)
    process = await start("--port", "0", "--no-build")
    url = await address(process)
    ws_url = url.replace("http", "ws")
    origin = url.rstrip("/")

    async with websockets.connect(ws_url + "_liveguide/trace", origin=origin, proxy=None) as trace:
        key = json.loads(await trace.recv())["key"]
        path = f"function?_liveguide={key}.1"
        async with websockets.connect(ws_url + path, proxy=None) as ws:
            await ws.send(str(pipe))
            await expect_logged(process, "WARNING bot.hold_up blocks the server")
            pipe.write_text("")
            record = {"type": ""}
            async with asyncio.timeout(10):
                while record["type"] != "line":
                    record = json.loads(await trace.recv())

    assert record["text"].startswith("bot.hold_up blocked the server for ")
    assert (record["level"], record["place"]) == ("warning", "bot.py:5")


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("0.05", "async def open(handler):\n    await asyncio.sleep(0.1)\n"),
        ("0", "def open(handler):\n    time.sleep(0.3)\n"),
    ],
    ids=["waiting", "switched off"],
)
async def test_nothing_is_said_of_who_holds_up_nobody(guide, start, limit, code):
    """A function that awaits blocks nobody; and 0 switches the lines off."""
    (guide / "liveguide.yaml").write_text(f"limits: {{blocking_seconds: {limit}}}")
    (guide / "gramex.yaml").write_text(routes(bot=f"open: {{function: bot.open}}\n{ECHO}"))
    (guide / "bot.py").write_text("import asyncio, time\n" + code)
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws") + "bot"

    async with websockets.connect(url, proxy=None) as ws:
        await ws.send("open first, and alone")
        await ws.recv()
    process.terminate()

    assert await ended(process) == (0, "", "")


async def test_who_blocks_the_stop_is_named(guide, start, pipe):
    """An `on_close` that holds up the end of everything stands in the log, as at any time."""
    (guide / "gramex.yaml").write_text(routes(bot="on_close: {function: bot.on_close}"))
    (guide / "bot.py").write_text(f"def on_close(handler):\n    open({str(pipe)!r}).read()\n")
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws") + "bot"

    async with websockets.connect(url, proxy=None) as ws:
        process.terminate()
        await ws.wait_closed()
        await expect_logged(
            process, "WARNING bot.on_close blocks the server (guide/bot.py:2), for 0."
        )
        pipe.write_text("")

    assert (await ended(process))[0] == 0
