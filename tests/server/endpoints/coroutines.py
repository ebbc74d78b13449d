"""What the tests of async functions share: a guide with one, and what it is waited for with."""

from __future__ import annotations

import asyncio
import struct
from textwrap import indent
from typing import Any

from ..conftest import Served
from .classes import entry

HEAD = """\
import asyncio
import json
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

events, sockets = [], []
ready, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

"""


def a_function(
    body: str, *kwargs: str, parameters: str = "websocket", **options: str
) -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a function of this body."""
    code = f"{HEAD}\nasync def it({parameters}):\n{indent(body, '    ')}\n"
    return {"gramex.yaml": entry("bot.it", *kwargs, **options), "bot.py": code}


def a_page(body: str, *kwargs: str, parameters: str = "websocket=None") -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a hybrid function of this body."""
    return a_function(body, *kwargs, parameters=parameters)


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module defines, as it was loaded."""
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    module: dict[str, Any] = endpoint.arguments["function"].__globals__
    return module


async def happened(event: asyncio.Event) -> None:
    """Wait until an event of the author's module is set."""
    await asyncio.wait_for(event.wait(), 60)


async def closed(ws: Any) -> tuple[int, str]:
    """Return the code and the reason with which the server closes, after any messages."""
    async with asyncio.timeout(60):
        await ws.wait_closed()
    return ws.close_code, ws.close_reason


def frame(data: bytes) -> bytes:
    """Return a text message of up to 65,535 bytes, with a mask that changes nothing."""
    short = len(data) < 126
    size = bytes([0x80 | len(data)]) if short else struct.pack("!BH", 0x80 | 126, len(data))
    return b"\x81" + size + bytes(4) + data
