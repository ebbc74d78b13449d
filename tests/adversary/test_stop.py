"""SIGTERM (row 23): all are told to come back, and the process ends, whoever holds on to it."""

from __future__ import annotations

import asyncio
import contextlib
import os

import pytest
from server.conftest import ECHO, address, ended, handshake, routes
from tornado.httpclient import AsyncHTTPClient

pytestmark = pytest.mark.long

HURRIED = """
import sys
from liveguide.server.running import serving
from liveguide.server.cli import main

serving.GRACE, serving.DEADLINE = 0.2, 0.5  # a tenth of what a site gives

sys.exit(main())
"""

STUBBORN = {
    "a function that blocks": """
import time

def open(handler):
    print('at work')
    time.sleep(3600)
""",
    "a function that computes for ever": """
def open(handler):
    print('at work')
    while True:
        pass
""",
    "a function that computes in C": """
import hashlib, threading

def open(handler):
    threading.Timer(0.1, print, ['at work']).start()
    hashlib.pbkdf2_hmac('sha256', b'', b'', 2**31 - 1)
""",
    "a function that is never done": """
import asyncio

async def open(handler):
    print('at work')
    await asyncio.sleep(3600)
""",
    "a function that will not be cancelled": """
import asyncio

async def open(handler):
    print('at work')
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass
""",
    "a thread that is waited for": """
import asyncio, time

async def open(handler):
    print('at work')
    await asyncio.to_thread(time.sleep, 3600)
""",
    "a thread of its own": """
import threading, time

def open(handler):
    threading.Thread(target=time.sleep, args=[3600]).start()
    print('at work')
""",
    "an on_close that hangs": """
import asyncio

def open(handler):
    print('at work')

async def on_close(handler):
    await asyncio.sleep(3600)
""",
}


@pytest.mark.parametrize("code", STUBBORN.values(), ids=STUBBORN)
async def test_no_function_holds_up_the_end(guide, start, code):
    """The process ends with 0, and without a traceback, whatever an author's function does."""
    hooks = "".join(f"{hook}: {{function: bot.{hook}}}\n" for hook in ("open", "on_close"))
    if "def on_close" not in code:
        code += "\ndef on_close(handler):\n    pass\n"
    (guide / "gramex.yaml").write_text(routes(bot=hooks))
    (guide / "bot.py").write_text(code)
    process = await start("--port", "0", "--no-build", script=HURRIED)
    url = await address(process)

    _, writer = await handshake(int(url.split(":")[2].strip("/")), "/bot")
    assert await asyncio.wait_for(process.stdout.readline(), 10) == b"at work\n"
    process.terminate()
    status, _, log = await ended(process)
    writer.close()

    assert (status, "Traceback" in log) == (0, False)


async def test_a_hundred_are_told_and_the_silent_wait_for_nobody(guide, start):
    """Each gets 1012, and those that never answer the close are cut off in the end."""
    process = await start("--port", "0", "--no-build", script=HURRIED)
    port = int((await address(process)).split(":")[2].strip("/"))
    silent = await asyncio.gather(*(handshake(port, "/echo") for _ in range(100)))

    process.terminate()
    told = [await reader.read() for reader, _ in silent]
    status, _, log = await ended(process)

    assert {frame[2:4] for frame in told} == {(1012).to_bytes(2)}
    assert status == 0
    assert log.endswith("WARNING 100 connections did not end in 0.2 s and are cut\n")
    for _, writer in silent:
        writer.close()


BUSY = """
import asyncio

async def busy(websocket=None):
    print("at work")
    await asyncio.to_thread(open("pipe").read, 1)
    if websocket is None:
        return "done"
    await websocket.accept()
"""

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


async def nobody_listens(port: int) -> None:
    """Wait until the stop has begun."""
    with contextlib.suppress(ConnectionError):
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await reader.read()


@pytest.mark.parametrize(
    ("headers", "answer"),
    [("", b"done"), (UPGRADE, b"\x03\xf4the server is restarting")],
    ids=["a page", "a handshake"],
)
async def test_what_has_begun_before_the_stop_is_answered(guide, start, tmp_path, headers, answer):
    """A page that is being made is sent whole, and a handshake ends in 1012."""
    busy = "  busy: {pattern: /busy, handler: bot.busy}\n"
    (guide / "gramex.yaml").write_text(routes(echo=ECHO) + busy)
    (guide / "bot.py").write_text(BUSY)
    os.mkfifo(tmp_path / "pipe")
    pipe = os.open(tmp_path / "pipe", os.O_RDWR)
    process = await start("--port", "0", "--no-build")
    port = int((await address(process)).split(":")[2].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /busy HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
    assert await asyncio.wait_for(process.stdout.readline(), 10) == b"at work\n"

    process.terminate()
    await nobody_listens(port)
    os.write(pipe, b"!")
    await asyncio.wait_for(reader.readuntil(answer), 10)
    writer.close()
    os.close(pipe)

    assert (await ended(process))[0] == 0


@pytest.mark.parametrize(
    ("headers", "answer"),
    [("", b"<h1>Home</h1>"), (UPGRADE, b"\x03\xf4the server is restarting")],
    ids=["a page", "a handshake"],
)
async def test_who_has_just_connected_is_answered(guide, start, headers, answer):
    """Accepted by a server that stops then: nobody else would answer."""
    (guide / "gramex.yaml").write_text(routes(echo=ECHO))
    process = await start("--port", "0", "--no-build")
    port = int((await address(process)).split(":")[2].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(60):
        # Whose request is answered was accepted later.
        await AsyncHTTPClient().fetch(f"http://127.0.0.1:{port}/_liveguide/health")

    process.terminate()
    await nobody_listens(port)
    path = "/echo" if headers else "/"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())

    await asyncio.wait_for(reader.readuntil(answer), 10)
    writer.close()
    assert (await ended(process))[0] == 0


async def test_a_page_on_its_way_is_sent_whole(guide, start):
    """Also to a client who begins to read when the stop has begun."""
    (guide / "gramex.yaml").write_text("url:\n  big: {pattern: /big, handler: bot.big}\n")
    (guide / "bot.py").write_text(
        "async def big(websocket=None):\n    print('at work')\n    return 'x' * 60_000_000\n"
    )
    process = await start("--port", "0", "--no-build")
    port = int((await address(process)).split(":")[2].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /big HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)

    process.terminate()
    await nobody_listens(port)
    page = await asyncio.wait_for(reader.read(), 10)
    writer.close()

    assert len(page) == 60_000_000  # more than the system's buffers hold
    assert (await ended(process))[0] == 0


async def test_a_stop_while_a_module_is_imported_ends_the_start(guide, start):
    """A start that hangs in an author's module can be stopped, and leaves no traceback."""
    (guide / "gramex.yaml").write_text(routes(bot="open: {function: bot.open}"))
    (guide / "bot.py").write_text("import time\nprint('importing')\ntime.sleep(3600)\n")
    process = await start("--port", "0", "--no-build")
    assert await asyncio.wait_for(process.stdout.readline(), 10) == b"importing\n"

    process.terminate()

    assert await ended(process) == (0, "", "")
