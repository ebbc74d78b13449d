"""File descriptors run out, and requests never end (row 15), in a process that has few."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import Iterator

import pytest
import websockets
from server.conftest import ECHO, routes

from .process import running

pytestmark = pytest.mark.long

HALF = b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(name="many_descriptors")
def _many_descriptors() -> Iterator[None]:
    """Let this process, which is a thousand clients, have enough descriptors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def half_a_request(port: int) -> bytes:
    """Ask for something, never finish asking, and return what comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HALF)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_thousand_half_requests_pass_by(write_tree, many_descriptors):
    """
    With 128 descriptors 64 connections are held, and the others wait for their turn.

    Whoever was connected goes on, each half request is closed when its time is up, the log
    has a line and no traceback, and who comes afterwards is served.
    """
    settings = "limits: {header_seconds: 0.1}\n"
    guide = write_tree({"gramex.yaml": routes(echo=ECHO), "liveguide.yaml": settings})
    async with running(guide, descriptors=128) as server:
        url = f"ws://127.0.0.1:{server.port}/echo"
        async with websockets.connect(url, proxy=None, open_timeout=60) as before:
            flood = asyncio.gather(*(half_a_request(server.port) for _ in range(1000)))
            while b"connections are open" not in server.log:
                await before.send("during")
                assert await before.recv() == "during"
                await asyncio.sleep(0.11)  # within the rate of messages
            answers = await asyncio.wait_for(flood, 100)
            async with websockets.connect(url, proxy=None, open_timeout=60) as after:
                await after.send("after")
                assert await after.recv() == "after"

    assert set(answers) == {b""}
    lines = [line for line in server.log.splitlines() if b"connections are open" in line]
    assert b"64 of 64 connections are open; others wait" in lines[0]
    assert len(lines) <= 10
    assert b"Traceback" not in server.log


async def test_an_author_who_takes_all_descriptors_makes_others_wait(write_tree):
    """Where nothing can be accepted the server says so and tries again, but doesn't spin."""
    bot = (
        "import os\n"
        "held = []\n"
        "def on_message(handler, message):\n"
        "    if message == 'take':\n"
        "        try:\n"
        "            while True: held.append(os.open('/dev/null', os.O_RDONLY))\n"
        "        except OSError: pass\n"
        "    while message == 'give' and held: os.close(held.pop())\n"
        "    handler.write_message(message)\n"
    )
    entry = routes(bot="on_message: {function: bot.on_message}")
    guide = write_tree({"gramex.yaml": entry, "bot.py": bot})
    async with running(guide, descriptors=128) as server:
        url = f"ws://127.0.0.1:{server.port}/bot"
        async with websockets.connect(url, proxy=None) as ws:
            await ws.send("take")
            assert await ws.recv() == "take"
            late = asyncio.ensure_future(half_a_request(server.port))
            while b"Too many open files; others wait" not in server.log:
                await ws.send("still heard")
                assert await ws.recv() == "still heard"
                await asyncio.sleep(0.11)  # within the rate of messages
            assert not late.done()
            await ws.send("give")
            assert await ws.recv() == "give"
            async with websockets.connect(url, proxy=None) as other:
                await other.send("hello")
                assert await other.recv() == "hello"
        late.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await late

    assert server.log.count(b"others wait") <= 2


async def answered(port: int, path: str) -> tuple[bytes, asyncio.StreamWriter]:
    """Ask for a file, and read no more of the answer than its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    host = b"Host: 127.0.0.1\r\nConnection: close\r\n"
    writer.write(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), host))
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20), writer


async def test_downloads_that_are_not_read_take_no_page_s_descriptor(write_tree):
    """What is too much is answered 503 with Retry-After, never 404; pages are sent as ever."""
    guide = write_tree({"gramex.yaml": routes(echo=ECHO)})
    site = guide.parent / "site"
    site.mkdir()
    with (site / "large.mp4").open("wb") as large:
        large.truncate(30_000_000)
    (site / "page.html").write_text("<h1>Page</h1>")
    async with running(guide, descriptors=128) as server:
        downloads = [await answered(server.port, "/large.mp4") for _ in range(60)]
        page, other = await answered(server.port, "/page.html")
        for _, writer in [*downloads, (page, other)]:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    statuses = [head.split(b" ", 2)[1] for head, _ in downloads]
    assert set(statuses) == {b"200", b"503"}
    assert statuses.count(b"200") >= 32
    assert all((b"Retry-After: 10" in head) == (b" 503 " in head) for head, _ in downloads)
    assert page.startswith(b"HTTP/1.1 200 ")
    assert b"refused 503 connections '/large.mp4'" in server.log
