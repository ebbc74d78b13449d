"""Row 27: the log neither leaks nor floods, whatever strangers send."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import websockets
from server.conftest import routes
from tornado.httpclient import AsyncHTTPClient

from .process import Running, running

WriteTree = Callable[[Mapping[str, str]], Path]

GUIDE = {
    "gramex.yaml": routes(
        echo="on_message:\n  function: handler.write_message(message)",
        strict="origins: [example.org]\non_message:\n  function: handler.write_message(message)",
        ill="on_message:\n  function: bot.fail",
        loud="on_message:\n  function: bot.say",
        closed="on_request:\n  function: bot.fail(handler)",
    ),
    "bot.py": "def fail(handler, message=None):\n    raise ValueError('as it must')\n\n\n"
    "def say(handler, message):\n    print(message)\n",
}
UNSAID = "geheim-4711"
"""What no line may hold, in whatever part of a request it came."""

HEAD = (
    "Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
)


async def ask(server: Running, request: bytes) -> bytes:
    """Send a request that may be none, and return what comes until the server is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    writer.write_eof()
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def hostile_traffic(server: Running) -> str:
    """Send a secret in every place that requests and messages have; return a session's cookie."""
    url = f"ws://127.0.0.1:{server.port}"
    cookie = f"session=2|1:0|10:1700000000|7:session|8:{UNSAID}|00; a={UNSAID}"
    headers = {"Cookie": cookie, "Authorization": f"Bearer {UNSAID}"}
    async with websockets.connect(f"{url}/echo?token={UNSAID}", proxy=None) as ws:
        await ws.send(UNSAID)
        assert await ws.recv() == UNSAID
        assert ws.response is not None
        mine = ws.response.headers["Set-Cookie"]
    for path in ("/strict", "/closed", "/nowhere"):
        with pytest.raises(websockets.exceptions.InvalidStatus):
            await websockets.connect(
                f"{url}{path}?token={UNSAID}",
                proxy=None,
                origin=websockets.Origin("https://evil.example"),
                additional_headers=headers,
            )
    async with websockets.connect(f"{url}/ill?token={UNSAID}", proxy=None) as ws:
        await ws.send(UNSAID)
        with pytest.raises(websockets.exceptions.ConnectionClosed):
            await ws.recv()
    for request in (
        f"GET /%1b[2J%0d%0aforged?{UNSAID} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /echo HTTP/1.1\r\n{HEAD}Sec-WebSocket-Key: {UNSAID}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nCookie: {UNSAID}\x01\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nCookie {UNSAID}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {UNSAID} x\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {UNSAID}\r\n\r\n",
        f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{UNSAID}",
        f"\x1b]0;{UNSAID}\x07\r\n\r\n",
    ):
        await ask(server, request.encode("latin-1"))
    return mine


@pytest.mark.parametrize("log_format", ["human", "json"])
async def test_the_log_holds_no_secret(write_tree: WriteTree, log_format: str) -> None:
    """No contents, query, cookie, header or session id is in it, and no control character."""
    guide = write_tree(GUIDE)
    async with running(guide, "--log-format", log_format) as server:
        cookie = await hostile_traffic(server)

    log = server.log.decode()
    assert "as it must" in log
    assert "/nowhere" in log
    assert UNSAID not in log
    assert cookie.split(";")[0].partition("=")[2] not in log
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", log)
    if log_format == "json":
        lines = [json.loads(line) for line in log.splitlines()]
        assert all(line.keys() >= {"time", "level", "event", "message"} for line in lines)
        failed = next(line for line in lines if line["event"] == "failed")
        assert failed["place"].endswith("guide/gramex.yaml:20")


async def test_a_flood_of_requests_is_ten_lines_a_second(write_tree: WriteTree) -> None:
    """300 requests for what is not there are some lines, and how many more there were."""
    async with running(write_tree(GUIDE), "--log-format", "json") as server:
        began = time.monotonic()
        url = f"http://127.0.0.1:{server.port}/nowhere"
        client = AsyncHTTPClient()
        await asyncio.gather(*(client.fetch(url, raise_error=False) for _ in range(300)))
        seconds = time.monotonic() - began

    lines = [json.loads(line) for line in server.log.splitlines()]
    kinds = Counter(line["event"] for line in lines)
    assert kinds["refused"] <= 10 * (seconds + 2)
    left_out = sum(line["count"] for line in lines if line["event"] == "left_out")
    assert kinds["refused"] + left_out == 300


async def test_what_is_printed_can_forge_no_line(write_tree: WriteTree) -> None:
    """An author who prints a message prints its control characters escaped."""
    async with running(write_tree(GUIDE)) as server:
        url = f"ws://127.0.0.1:{server.port}/loud"
        async with websockets.connect(url, proxy=None) as ws:
            await ws.send("a\r\x1b[2Jb")

    assert server.out == b"a\\r\\x1b[2Jb\n"


async def test_a_full_disk_stops_the_log_and_not_the_server(write_tree: WriteTree) -> None:
    """What can't be written anywhere is left out: no recursion, no end of the process."""
    full = os.open("/dev/full", os.O_WRONLY)
    async with running(write_tree(GUIDE), stderr=full) as server:
        os.close(full)
        url = f"http://127.0.0.1:{server.port}"
        for path in ("/nowhere", "/echo"):
            assert (await AsyncHTTPClient().fetch(url + path, raise_error=False)).code >= 400
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/ill", proxy=None) as ws:
            await ws.send("a")
            with pytest.raises(websockets.exceptions.ConnectionClosed) as caught:
                await ws.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1011
        assert (await AsyncHTTPClient().fetch(url + "/")).code == 200
        assert await server.stop() == 0
