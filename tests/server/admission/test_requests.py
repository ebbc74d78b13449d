"""How requests are read, and the time in which they must come."""

from __future__ import annotations

import asyncio

from liveguide.settings import Settings

from ..conftest import Serve
from ..wire.client import TEXT, client_frame

_WHO = {"gramex.yaml": "url:\n  who: {pattern: /who, handler: bot.who}\n"}
_IMPATIENT = Settings(limits={"header_seconds": 0.2})
_PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_half_a_request_is_cut_off_when_its_time_is_up(serve: Serve) -> None:
    """Without an answer, as ever."""
    served = await serve({}, settings=_IMPATIENT)

    assert await asyncio.wait_for(served.raw(b"GET / HTTP/1.1\r\nHost:"), 10) == b""


async def test_each_request_of_a_connection_has_its_own_time(serve: Serve) -> None:
    """A second one is answered, and then a third one is waited for no longer than the first."""
    served = await serve({}, settings=_IMPATIENT)

    answers = await asyncio.wait_for(served.raw(_PAGE + _PAGE), 10)

    assert answers.count(b"HTTP/1.1 200 OK") == 2


async def test_who_asks_late_does_not_wait_for_who_asked_before(serve: Serve) -> None:
    """One timer serves all: each half request is cut off by it."""
    served = await serve({}, settings=_IMPATIENT)

    halves = asyncio.gather(*(served.raw(b"GET / HTTP") for _ in range(20)))

    assert await asyncio.wait_for(halves, 10) == [b""] * 20


async def test_a_shorter_time_holds_for_who_is_awaited_already(serve: Serve) -> None:
    """After a reload nobody keeps others waiting who was allowed more before it."""
    served = await serve({})
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET / HTTP")
    assert (await served.get("/")).code == 200  # accepted later, so the first is awaited by now

    served.app.limits = {**served.app.limits, "header_seconds": 0.2}

    assert await asyncio.wait_for(served.raw(b"GET / HTTP"), 10) == b""
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    await writer.wait_closed()


async def test_a_request_that_has_come_takes_as_long_as_it_takes(serve: Serve) -> None:
    """The time is for the head alone: a function may need more for its answer."""
    sleeps = "async def who(websocket=None):\n    await asyncio.sleep(0.3)\n    yield 's'\n"
    slow = f"import asyncio\n{sleeps}"
    served = await serve({**_WHO, "bot.py": slow}, settings=_IMPATIENT)

    assert (await served.get("/who")).body == b"s"


_STREAMED = """\
import asyncio
from tornado.web import stream_request_body
from tornado.websocket import WebSocketHandler

@stream_request_body
class Echo(WebSocketHandler):
    async def prepare(self):
        for _ in range(10):
            await asyncio.sleep(0)
        self.body = []

    def data_received(self, chunk):
        self.body.append(chunk)

    def on_message(self, message):
        self.write_message(message + b"".join(self.body).decode())
"""


async def test_a_class_may_take_a_body_as_it_comes(serve: Serve) -> None:
    """As at Tornado's, it comes after all that `prepare` awaits; and then the handshake goes on."""
    gramex = "url:\n  echo: {pattern: /echo, handler: bot.Echo}\n"
    served = await serve({"gramex.yaml": gramex, "bot.py": _STREAMED})
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        b"GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Content-Length: 5\r\n\r\n body" + client_frame(TEXT, b"a")
    )

    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    assert await reader.readexactly(8) == b"\x81\x06a body"
    writer.close()
