"""The application as a whole: its configuration, who is asking, and the stop."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.exceptions import ConnectionClosed

from liveguide.errors import SourceErrors
from liveguide.settings import Settings

from .conftest import ECHO, handshake, routes

WHO = "open:\n  function: \"handler.write_message({'who': str(handler.request.remote_ip), " + (
    "'scheme': handler.request.protocol})\""
)
FORGED = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Real-IP": "198.51.100.7",
    "X-Scheme": "https",
    "X-Forwarded-Proto": "https",
}


@pytest.mark.parametrize(
    ("settings", "options", "expected"),
    [
        (Settings(), {}, {"who": "127.0.0.1", "scheme": "http"}),
        (
            Settings(trusted_proxies=("10.0.0.0/8",)),
            {"trusted_proxies": ["192.0.2.1"]},
            {"who": "127.0.0.1", "scheme": "http"},
        ),
        (
            Settings(trusted_proxies=("127.0.0.0/8",)),
            {},
            {"who": "198.51.100.7", "scheme": "https"},
        ),
        (
            Settings(),
            {"trusted_proxies": ["127.0.0.1"]},
            {"who": "198.51.100.7", "scheme": "https"},
        ),
    ],
)
async def test_forwarding_headers_count_from_trusted_proxies_only(
    serve, settings, options, expected
):
    """The settings and the command line name who is believed; nobody is by default."""
    served = await serve({"gramex.yaml": routes(who=WHO)}, settings=settings, **options)

    async with served.connect("/who", additional_headers=FORGED) as ws:
        assert json.loads(await ws.recv()) == expected


async def test_routes_come_before_files(serve):
    """An endpoint wins over a file of the same address, and other addresses are files."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, {"echo": "file", "echo2": "file"})

    assert (await served.get("/echo")).code == 426
    assert (await served.get("/echo2")).body == b"file"


async def test_every_fault_of_every_file_is_shown_at_once(serve):
    """Faults in YAML, in functions and in modules stop the start together, in order."""
    with pytest.raises(SourceErrors) as caught:
        await serve(
            {
                "b/gramex.yaml": routes(b="open: {function: bot.opne}\nxyz: 1"),
                "a/gramex.yaml": "log: {}\n"
                + routes(
                    a="open: {function: bot.opne}\n"
                    "on_message: {function: bot.on_message}\n"
                    "on_close: {function: broken.on_close}"
                ),
                "a/bot.py": "def open(handler): pass\ndef on_message(handler): pass",
                "a/broken.py": "\n1/0",
            }
        )

    text = str(caught.value)
    folder = text.splitlines()[0].split("/a/broken.py")[0]
    assert [line.removeprefix(folder) for line in text.splitlines()] == [
        "/a/broken.py:2: error: the module 'broken' can't be imported: "
        "ZeroDivisionError: division by zero",
        "/a/gramex.yaml:1: warning: the section 'log' is Gramex's and is skipped here",
        "/a/gramex.yaml:7: error: there is no 'opne' in 'bot'; did you mean 'open'?",
        "/a/gramex.yaml:8: error: on_message calls bot.on_message(handler, message), "
        "but it takes (handler); change its parameters, or write the call itself",
        "/b/gramex.yaml:7: error: the kwargs of 'b' have an unknown key 'xyz'; "
        "there are auth, get_compression_options, max_message_size, max_queue_bytes, "
        "max_queue_messages, message_burst, message_rate, on_close, on_message, on_pong, "
        "on_request, open, origins, ping_interval, ping_timeout, select_subprotocol",
    ]


async def test_strict_makes_warnings_fatal(serve):
    """What is skipped with a warning stops a strict start."""
    files = {"gramex.yaml": "log: {}"}

    served = await serve(files)
    assert [p.severity for p in served.app.loaded.problems] == ["warning"]
    with pytest.raises(SourceErrors, match="the section 'log' is Gramex's and is skipped here"):
        await serve(files, strict=True)


async def test_a_stop_closes_every_socket_with_1012(serve):
    """Clients are told to come back, authors that it is over, and downloads are finished."""
    bot = "closed = []\ndef on_close(handler): closed.append(handler)\ndef open(handler): pass"
    kwargs = "open: {function: bot.open}\non_close: {function: bot.on_close}"
    content = bytes(20_000_000)
    served = await serve({"gramex.yaml": routes(bot=kwargs), "bot.py": bot}, {"large.bin": content})
    sockets = [await served.connect("/bot") for _ in range(20)]
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
    writer.write(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")

    served.server.stop()
    stopping = asyncio.ensure_future(served.app.stop())
    received = len(await reader.readexactly(len(content)))
    await stopping
    writer.close()
    await writer.wait_closed()

    assert received == len(content)
    for ws in sockets:
        with pytest.raises(ConnectionClosed):
            await ws.recv()
        assert (ws.close_code, ws.close_reason) == (1012, "the server is restarting")
    closed = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    assert len(closed.callbacks["on_close"].function.__globals__["closed"]) == 20


async def test_a_stop_does_not_wait_for_ever(serve, caplog):
    """A client that does not answer the close is cut, with a line in the log."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    reader, writer = await handshake(served.port, "/echo")

    await served.app.stop(grace=0.01)

    assert "1 connections did not end in 0.01 s and are cut" in caplog.text
    assert (await reader.read(4))[:2] == b"\x88\x1a"
    writer.close()
    await writer.wait_closed()
    await served.app.connections.ended()
