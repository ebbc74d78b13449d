"""Row 16: clients that don't read, or too slowly, on real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets
from certificate import make_certificate
from server.conftest import Served, routes
from server.wire.client import CLOSE, PONG, TEXT, client_frame, raw_client
from tornado.testing import bind_unused_port
from websockets.exceptions import ConnectionClosed

from liveguide.server.admission.accepting import BoundedServer
from liveguide.server.running.tls import tls_context
from liveguide.server.wire import protocol
from tests.waiting import until

pytestmark = pytest.mark.long

ROOM = """\
import asyncio
members = set()

def enter(handler):
    members.add(handler)

def speak(handler, message):
    for member in members:
        member.write_message(message)

def leave(handler):
    members.discard(handler)

async def flood(handler, message):
    for n in range(400):
        await handler.write_message(f'{n:05}' + 'x' * 20000)
"""
KWARGS = """\
open: {function: room.enter}
on_message: {function: room.speak}
on_close: {function: room.leave}
message_rate: 0"""
FLOOD = "on_message: {function: room.flood}"
PIECE = "x" * 60_000


def guide(*more: str) -> dict[str, str]:
    """Return a room, and an endpoint that sends more than a socket's buffers hold."""
    return {"gramex.yaml": routes(room="\n".join([KWARGS, *more]), flood=FLOOD), "room.py": ROOM}


async def mute(served: Served, path: str) -> socket.socket:
    """Open a WebSocket, and never read again; what the system buffers for it is little."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", served.port))
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await loop.sock_sendall(client, request.encode())
    assert (await loop.sock_recv(client, 15)).startswith(b"HTTP/1.1 101 ")
    return client


def shrink(served: Served) -> None:
    """Have the system buffer little of what is sent on the connections that are open."""
    for connection in served.app.connections:
        buffered = connection.ws_connection.stream.socket
        buffered.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


async def connections(served: Served, count: int) -> None:
    """Wait until so many connections are open: an end is told in a task of its own."""
    await until(lambda: len(served.app.connections) == count)


@pytest.mark.parametrize("limit", ["max_queue_messages: 5", "max_queue_bytes: 300100"])
async def test_who_does_not_read_is_closed_and_the_others_hear_all(serve, caplog, limit):
    """Beyond so many messages, or bytes of them, and at once; its memory is free again."""
    served = await serve(guide(limit))
    silent = await mute(served, "/room")
    shrink(served)

    async with served.connect("/room") as speaker:
        for _ in range(8):
            await speaker.send(PIECE)
            assert await speaker.recv() == PIECE
        await connections(served, 1)

    assert served.app.counts.refused == {"slow": 1}
    (record,) = caplog.records
    message = record.getMessage()
    assert message.startswith("refused 1013 slow '/room' from 127.0.0.1: 6 messages of ")
    assert record.exc_info is None
    silent.close()


async def test_who_does_not_read_gets_no_pings_without_end(serve):
    """An author's pings wait in the same queue as messages."""
    served = await serve(guide("max_queue_messages: 5"))
    silent = await mute(served, "/room")
    shrink(served)
    (handler,) = served.app.connections

    handler.write_message(PIECE * 100)
    for _ in range(5):
        handler.ping()
    assert not served.app.counts.refused
    handler.ping()

    assert served.app.counts.refused == {"slow": 1}
    silent.close()


async def test_who_reads_again_in_time_is_told_why(serve):
    """1013, after the rest of the message that was on its way."""
    served = await serve(guide("max_queue_messages: 2"))

    async with raw_client(served.port, "/room") as slow, served.connect("/room") as speaker:
        for _ in range(200):
            await speaker.send(PIECE)
            await speaker.recv()
            if served.app.counts.refused:
                break
        received = [await slow.receive()]
        while received[-1][0] != CLOSE:
            received.append(await slow.receive())

    assert {(opcode, len(payload)) for opcode, payload in received[:-1]} == {(TEXT, len(PIECE))}
    assert received[-1] == (CLOSE, b"\x03\xf5messages are not read fast enough")


async def test_one_who_never_reads_is_cut_off_soon(serve, monkeypatch):
    """It would not read the close frame either: it is not given the time of one who may."""
    monkeypatch.setattr(protocol, "FAIL_SECONDS", 0.05)
    monkeypatch.setattr(protocol, "CLOSE_SECONDS", 1000)
    served = await serve(guide("max_queue_messages: 1"))
    silent = await mute(served, "/room")
    shrink(served)
    (handler,) = served.app.connections
    stream = handler.ws_connection.stream

    handler.write_message(PIECE * 10)
    handler.write_message(PIECE)
    handler.write_message(PIECE)
    await connections(served, 0)
    await until(stream.closed)
    assert handler.ws_connection is None

    silent.close()


async def test_one_message_may_be_larger_than_the_queue(serve):
    """It is on its way, and arrives; so do others behind it."""
    served = await serve(guide("max_queue_bytes: 1000", "max_message_size: 8388608"))
    large = "x" * 8_000_000

    async with served.connect("/room", max_size=None) as ws:
        await ws.send(large)
        await ws.send("small")
        assert [await ws.recv(), await ws.recv()] == [large, "small"]


async def test_who_awaits_each_message_never_overflows(serve):
    """It goes as fast as its client reads: 8 MB, all in order."""
    served = await serve(guide())

    async with served.connect("/flood", max_queue=1) as ws:
        await ws.send("go")
        numbers = [int((await ws.recv())[:5]) for _ in range(400)]

    assert numbers == list(range(400))
    assert not served.app.counts.refused


@pytest.mark.long
async def test_pings_of_one_who_does_not_read_are_answered_once(serve):
    """Of many, the last one (RFC 6455, section 5.5.3), so that pongs don't pile up."""
    served = await serve(guide())

    async with raw_client(served.port, "/room") as client:
        (handler,) = served.app.connections
        shrink(served)
        handler.write_message(PIECE * 100)
        for n in range(1000):
            client.send(client_frame(0x9, b"%d" % n))
        client.send(client_frame(TEXT, b"done"))
        await until(lambda: served.app.counts.messages_in)
        received = [await client.receive()]
        while received[-1] != (PONG, b"999"):
            received.append(await client.receive())

    assert len([opcode for opcode, _ in received if opcode == PONG]) == 1


@asynccontextmanager
async def over_tls(served: Served, folder: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """Serve the same over TLS; yield the port, and what a client trusts."""
    certificate, key = make_certificate(folder)
    server = BoundedServer(served.app, ssl_options=tls_context(certificate, key))
    listening, port = bind_unused_port()
    server.add_socket(listening)
    yield port, ssl.create_default_context(cafile=certificate)
    server.stop()


async def test_it_all_holds_over_tls(serve, tmp_path):
    """Where the system takes less than it was given, and records wait in the library."""
    served = await serve(guide())

    async with over_tls(served, tmp_path / "tls") as (port, trusted):
        url = f"wss://127.0.0.1:{port}"
        options: dict[str, Any] = {"ssl": trusted, "proxy": None, "compression": None}
        async with websockets.connect(f"{url}/flood", max_queue=1, **options) as ws:
            await ws.send("go")
            numbers = [int((await ws.recv())[:5]) for _ in range(400)]
        async with websockets.connect(f"{url}/room", **options) as ws:
            for n in range(100):
                await ws.send(f"{n}" + "x" * 300)
            echoed = [await ws.recv() for _ in range(100)]
            await ws.send("x" * 70_000)
            with pytest.raises(ConnectionClosed) as caught:
                await ws.recv()

    assert numbers == list(range(400))
    assert echoed == [f"{n}" + "x" * 300 for n in range(100)]
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


@pytest.mark.parametrize("size", [100, 60_000])
async def test_who_does_not_read_over_tls_is_told_and_the_speaker_goes_on(serve, tmp_path, size):
    """What the library holds of a message is sent whole before 1013."""
    served = await serve(guide())
    said = "x" * size

    async with (
        over_tls(served, tmp_path / "tls") as (port, trusted),
        raw_client(port, "/room", tls=trusted) as slow,
        served.connect("/room") as speaker,
    ):
        (reader,) = [c for c in served.app.connections if c.request.protocol == "https"]
        while not served.app.counts.refused:
            reader.write_message(said)
        await speaker.send("still here")
        assert await speaker.recv() == "still here"
        received = [await slow.receive()]
        while received[-1][0] != CLOSE:
            received.append(await slow.receive())

    assert {(opcode, len(payload)) for opcode, payload in received[:-1]} == {(TEXT, size)}
    assert received[-1] == (CLOSE, b"\x03\xf5messages are not read fast enough")


async def test_who_does_not_read_is_given_up_though_a_function_waits_for_it(serve, caplog):
    """One that answers no ping, and takes nothing more, goes while its message is awaited."""
    files = guide()
    files["gramex.yaml"] = routes(flood=f"{FLOOD}\nping_interval: 0.2\nping_timeout: 0.1")
    served = await serve(files)

    with await mute(served, "/flood") as client:
        shrink(served)
        await asyncio.get_running_loop().sock_sendall(client, client_frame(TEXT, b"go"))
        await connections(served, 0)

    assert "refused 1013 slow '/flood' from 127.0.0.1" in caplog.text
