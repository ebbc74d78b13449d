"""Logging out: what a session opened ends with it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from ..conftest import Served
from .reader import LOGOUT, Reader
from .reader import _reader as _reader
from .reader import _served as _served


async def test_logging_out_closes_the_session_s_sockets(served):
    """Those of the reader end with 1008; another reader's go on."""
    reader, other = Reader(served), Reader(served)
    await reader.log_in()
    await other.log_in()
    async with (
        reader.connect("/whoami") as one,
        reader.connect("/anyone") as two,
        other.connect("/whoami") as third,
    ):
        await third.recv()
        response = await reader.log_out()
        await asyncio.gather(one.wait_closed(), two.wait_closed())
        await third.send("on")

        assert await third.recv() == "heard on"
    assert [(ws.close_code, ws.close_reason) for ws in (one, two)] == [(1008, "logged out")] * 2
    assert (response.code, response.headers["Location"]) == (303, "./")
    assert reader.cookies["session"] == ""


async def test_after_logging_out_the_old_cookie_is_worth_nothing(reader):
    """Who kept a copy of it is a stranger."""
    await reader.log_in()
    copy = Reader(reader.served, dict(reader.cookies))
    await reader.log_out()

    with pytest.raises(InvalidStatus):
        await copy.connect("/whoami")


async def test_a_client_that_does_not_close_is_not_heard_any_more(reader):
    """What it sends after the logout, in place of answering the close, reaches no function."""
    await reader.log_in()
    stream, writer = await asyncio.open_connection("127.0.0.1", reader.served.port)
    writer.write(
        f"GET /remember HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Cookie: {reader.headers['Cookie']}\r\n\r\n".encode()
    )
    await stream.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x86\0\0\0\0apples")
    assert await stream.readexactly(6) == b"\x81\x04kept"
    (connection,) = reader.served.app.connections

    await reader.log_out()
    assert (await stream.readexactly(4))[2:] == (1008).to_bytes(2)
    writer.write(b"\x81\x85\0\0\0\0pears\x88\x80\0\0\0\0")
    await reader.served.app.connections.ended()
    writer.close()

    assert connection.session["basket"] == "apples"


async def test_a_handshake_that_was_under_way_at_the_logout_is_closed(reader):
    """Its function accepts too late: 1008 follows the 101."""
    await reader.log_in()
    bot = module_of(reader.served)
    connecting = asyncio.ensure_future(connected(reader, "/slow"))
    await bot["arrived"].wait()
    await reader.log_out()
    bot["go"].set()
    ws = await connecting
    await ws.wait_closed()

    assert (ws.close_code, ws.close_reason) == (1008, "logged out")
    assert "accepted" not in bot["heard"]


async def connected(reader: Reader, path: str) -> Any:
    return await reader.connect(path)


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module holds."""
    rules = served.app.endpoint_rules
    endpoint = next(
        rule.target_kwargs["endpoint"] for rule in rules if rule.matcher.regex.pattern == "/slow$"
    )
    return endpoint.arguments["function"].__globals__


async def test_a_get_logs_nobody_out(reader):
    """An image or a link of another site can't: there is a button."""
    await reader.log_in()
    page = (await reader.get(LOGOUT)).body.decode()

    assert "logged in as demo" in page
    async with reader.connect("/whoami"):
        pass
