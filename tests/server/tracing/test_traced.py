"""What a page is told of one of its connections: handshake, pings, and how it ended."""

from __future__ import annotations

import asyncio
import json
import struct

import pytest
from websockets.exceptions import InvalidStatus

from liveguide.server.tracing.heads import HIDDEN

from ..conftest import ECHO, Served, routes
from .page import Page, open_page

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

BOT = """\
def on_message(handler, message):
    code, _, reason = message.partition(' ')
    if message == 'fail':
        raise ValueError
    handler.close(int(code) if code else None, reason or None)
"""
BOT_ROUTES = routes(bot="on_message: {function: bot.on_message}")


async def by_hand(page: Page, path: str, **more: str) -> Streams:
    """Ask for an upgrade in bytes of our own, with header lines for what differs."""
    headers = {
        "Host": "x",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        **more,
    }
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", page.served.port)
    writer.write(f"GET {page.address(path)} HTTP/1.1\r\n{lines}\r\n".encode())
    return reader, writer


def frame(opcode: int, data: bytes) -> bytes:
    """Return a short frame as a client sends it, with a mask that changes nothing."""
    return bytes([0x80 | opcode, 0x80 | len(data), 0, 0, 0, 0]) + data


def ping_often(served: Served, every: float = 0.05) -> None:
    """Have new connections pinged every so many seconds."""
    for rule in served.app.endpoint_rules:
        rule.target_kwargs["limits"].update(ping_interval=every, ping_timeout=every)


async def test_the_handshake_is_told_first_as_it_arrived_and_was_answered(serve):
    """Both heads are told before what `open` does, without our parameter and without secrets."""
    bot = "def open(handler):\n    handler.ping()\n    handler.close(4000)\n"
    served = await serve({"gramex.yaml": routes(bot="open: {function: bot.open}"), "bot.py": bot})
    sent = {"Cookie": "theme=dark", "Authorization": "Basic abc", "X-Secret": "abc"}

    async with (
        open_page(served) as page,
        page.connect("/bot?a=1", origin=served.url, additional_headers=sent) as ws,
    ):
        await page.end()

    first = page.records[0]
    request, response = first["request"], first["response"]
    assert [record["type"] for record in page.records[:2]] == ["handshake", "ping"]
    assert set(first) == {"type", "socket", "request", "response"}
    assert request["line"] == "GET /bot?a=1 HTTP/1.1"
    for pair in [
        ["Origin", served.url],
        ["Sec-Websocket-Version", "13"],
        ["Cookie", f"theme={HIDDEN}"],
        ["Authorization", HIDDEN],
        ["X-Secret", HIDDEN],
    ]:
        assert pair in request["headers"]
    assert response["line"] == "HTTP/1.1 101 Switching Protocols"
    told = dict(response["headers"])
    assert told["Sec-Websocket-Accept"] == ws.response.headers["Sec-WebSocket-Accept"]
    assert told["Set-Cookie"].startswith(f"session={HIDDEN}; ")
    assert page.key not in json.dumps(page.records)


@pytest.mark.parametrize(
    ("path", "origin", "status", "reason"),
    [
        ("/members", None, 401, "log in to connect"),
        ("/partners", "http://evil.example", 403, "the origin 'http://evil.example' may not "),
        ("/nothing/here", None, 404, "there is no endpoint at /nothing/here"),
        ("/index.html", None, 404, "there is no endpoint at /index.html"),
        ("/folder", None, 404, "there is no endpoint at /folder"),
        ("/_liveguide/trace", None, 403, "a trace is for pages of this site"),
    ],
)
async def test_a_refused_handshake_is_told_with_its_reason(serve, path, origin, status, reason):
    """The page learns what its browser hides: the status, the reason and both heads."""
    guide = routes(members=ECHO + "\nauth: true", partners=ECHO + "\norigins: [partner.example]")
    served = await serve({"gramex.yaml": guide}, {"folder/index.html": "<h1>Folder</h1>"})

    async with open_page(served) as page:
        with pytest.raises(InvalidStatus):
            await page.connect(path, origin=origin)
        record = await page.told("refused")

    assert record["status"] == status
    assert record["reason"].startswith(reason)
    assert record["request"]["line"] == f"GET {path} HTTP/1.1"
    assert record["response"]["line"].startswith(f"HTTP/1.1 {status} ")
    assert len(page.records) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Sec_WebSocket_Key": ""}, 400),
        ({"Connection": "close"}, 400),
    ],
)
async def test_a_handshake_that_tornado_refuses_is_told_as_well(serve, headers, status):
    """What is wrong with the upgrade itself has a status too."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page:
        _, writer = await by_hand(page, "/echo", **headers)
        assert (await page.told("refused"))["status"] == status
        writer.close()
        await writer.wait_closed()


async def test_what_is_no_handshake_is_not_told(serve):
    """A plain request that carries the parameter is answered, and no page hears of it."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page:
        assert (await served.get(page.address("/index.html"))).code == 200
        assert (await served.get(page.address("/nothing"))).code == 404
        async with page.connect("/echo", 2):
            await page.told("handshake", 2)

    assert len(page.records) == 1


async def test_the_server_s_pings_and_their_pongs_are_told(serve):
    """The page learns of each ping, and how many milliseconds its pong took."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page:
        ping_often(served)
        async with page.connect("/echo"):
            pong = await page.told("pong")

    assert set(pong) == {"type", "socket", "ms"}
    assert 0 <= pong["ms"] < 1000
    assert [r["type"] for r in page.records] == ["handshake", "ping", "pong"]


async def test_a_pong_that_answers_no_ping_is_not_told(serve):
    """Only the answer to the last ping has a time, whoever sent that ping."""
    bot = "def open(handler): handler.ping('one')\n"
    served = await serve({"gramex.yaml": routes(bot="open: {function: bot.open}"), "bot.py": bot})

    async with open_page(served) as page:
        reader, writer = await by_hand(page, "/bot")
        await reader.readuntil(b"one")
        writer.write(frame(0xA, b"other"))
        writer.write(frame(0x8, struct.pack("!H", 1000)))
        await page.end()
        async with page.connect("/bot", 2) as ws:
            await page.told("pong", 2)
            await ws.pong(b"one")
        await page.end(2)
        writer.close()
        await writer.wait_closed()

    assert [r["type"] for r in page.records if r["socket"] == 1] == ["handshake", "ping", "close"]
    assert len(page.of("pong", 2)) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("1000", (1000, "")),
        ("4001 enough", (4001, "enough")),
        ("", (None, "")),
        (" enough", (1000, "enough")),
    ],
)
async def test_a_close_by_the_server_is_told_with_its_code(serve, asked, told):
    """What the author's function closes with is what the page is told."""
    served = await serve({"gramex.yaml": BOT_ROUTES, "bot.py": BOT})

    async with open_page(served) as page:
        async with page.connect("/bot") as ws:
            await ws.send(asked)
            await ws.wait_closed()
        end = await page.end()

    assert end == {"type": "close", "socket": 1, "code": told[0], "reason": told[1], "by": "server"}
    assert ws.close_code == (told[0] or 1005)


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        ("fail", 1011, "bot.on_message failed"),
        ("x" * 70_000, 1009, "a message has more than 65536 bytes"),
    ],
)
async def test_a_close_because_of_a_fault_is_the_server_s(serve, message, code, reason):
    """A function that raises, and a message that is too large, end the connection here."""
    served = await serve({"gramex.yaml": BOT_ROUTES, "bot.py": BOT})

    async with open_page(served) as page, page.connect("/bot") as ws:
        await ws.send(message)
        end = await page.end()

    assert (end["code"], end["reason"], end["by"]) == (code, reason, "server")


async def test_a_close_by_the_client_is_told_with_its_code(serve):
    """Also where the author's `on_close` closes once more."""
    bot = "def on_close(handler): handler.close(4002, 'late')\n"
    guide = routes(bot="on_close: {function: bot.on_close}")
    served = await serve({"gramex.yaml": guide, "bot.py": bot})

    async with open_page(served) as page:
        async with page.connect("/bot") as ws:
            await ws.close(4001, "bye")
        end = await page.end()

    assert (end["code"], end["reason"], end["by"]) == (4001, "bye", "client")


async def test_a_client_that_vanishes_closed_without_a_code(serve):
    """A connection that is cut has no close frame to tell of."""
    served = await serve({"gramex.yaml": BOT_ROUTES, "bot.py": BOT})

    async with open_page(served) as page:
        ws = await page.connect("/bot")
        ws.transport.abort()
        end = await page.end()

    assert (end["code"], end["reason"], end["by"]) == (None, "", "client")


async def test_a_client_that_does_not_answer_pings_is_closed_by_the_server(serve):
    """The reason says so."""
    served = await serve({"gramex.yaml": BOT_ROUTES, "bot.py": BOT})

    async with open_page(served) as page:
        ping_often(served)
        reader, writer = await by_hand(page, "/bot")
        await reader.readuntil(b"ping timed out")
        writer.write(frame(0x8, struct.pack("!H", 1000)))
        end = await page.end()
        writer.close()
        await writer.wait_closed()

    assert (end["code"], end["reason"], end["by"]) == (1011, "ping timed out", "server")
