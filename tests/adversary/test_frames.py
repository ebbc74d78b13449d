"""Rows 11 and 12: frames that can't be, and messages that are too much, on real sockets."""

from __future__ import annotations

import asyncio
import socket
import zlib

import pytest
from server.conftest import Served, routes
from server.wire.client import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    client_frame,
    head,
    raw_client,
    saying,
)

from tests.waiting import until

ECHO = "on_message:\n  function: handler.write_message(message, isinstance(message, bytes))"
ZIP = f"{ECHO}\nget_compression_options: {{function: dict()}}"
GUIDE = {"gramex.yaml": routes(echo=ECHO, zip=ZIP)}
DEFLATE = "permessage-deflate"


def deflated(message: bytes) -> bytes:
    """Return a message as permessage-deflate sends it."""
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


BOMB = (deflated(bytes(1024 * 1024)) + b"\0\0\xff\xff") * 50  # 50 MiB


@pytest.mark.parametrize(
    ("sent", "code", "reason"),
    [
        (client_frame(TEXT, b"x", mask=False), 1002, "protocol"),
        (client_frame(TEXT, b"x", rsv=4), 1002, "protocol"),
        (client_frame(TEXT, b"x", rsv=2), 1002, "protocol"),
        (client_frame(TEXT, b"x", rsv=1), 1002, "protocol"),
        (client_frame(PING, b"x", rsv=4), 1002, "protocol"),
        (client_frame(0x3, b"x"), 1002, "protocol"),
        (client_frame(0xB, b"x"), 1002, "protocol"),
        (client_frame(PING, b"x", fin=False), 1002, "protocol"),
        (client_frame(PING, b"x" * 126), 1002, "protocol"),
        (client_frame(CLOSE, b"x" * 126), 1002, "protocol"),
        (client_frame(CONTINUATION, b"x"), 1002, "protocol"),
        (client_frame(TEXT, b"x", fin=False) + client_frame(TEXT, b"x"), 1002, "protocol"),
        (head(0x82, 0xFE, 0, 5) + bytes(9), 1002, "protocol"),
        (head(0x82, 0xFF, 0x80) + bytes(7), 1002, "protocol"),
        (client_frame(CLOSE, b"\x03"), 1002, "protocol"),
        *[
            (client_frame(CLOSE, saying(code)), 1002, "protocol")
            for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
        ],
        (client_frame(CLOSE, saying(1000, b"\xff")), 1007, "utf-8"),
        (client_frame(TEXT, b"\xc3\x28"), 1007, "utf-8"),
        (client_frame(TEXT, b"\xff", fin=False), 1007, "utf-8"),
        (client_frame(TEXT, b"x" * (64 * 1024 + 1)), 1009, "size"),
        (head(0x82, 0xFF, 0x7F) + b"\xff" * 7, 1009, "size"),
    ],
)
async def test_a_client_that_breaks_the_rules_is_told_so(serve, caplog, sent, code, reason):
    """Closed with the code that RFC 6455 has for it, one line in the log; others don't notice."""
    served = await serve(GUIDE)

    async with served.connect("/echo") as other, raw_client(served.port, "/echo") as client:
        client.send(sent)
        assert await client.closed_with() == code
        await other.send("still here")
        assert await other.recv() == "still here"
        await connections(served, 1)

    assert served.app.counts.refused == {reason: 1}
    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().startswith(f"refused {code} {reason} '/echo' from 127.0.0.1: ")


async def connections(served: Served, count: int) -> None:
    """Wait until so many are open: what was closed is told in a task of its own."""
    await until(lambda: len(served.app.connections) == count)


async def test_a_message_of_exactly_the_limit_passes(serve):
    """64 KiB, unless the endpoint says otherwise."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(client_frame(BINARY, b"x" * 64 * 1024))
        assert await client.receive() == (BINARY, b"x" * 64 * 1024)


async def test_the_close_arrives_though_the_client_goes_on_sending(serve):
    """A socket that is closed with something unread is reset, and the code would be lost."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(client_frame(TEXT, b"\xff"))
        for _ in range(50):
            client.send(client_frame(BINARY, b"x" * 60_000))
        assert await client.closed_with() == 1007


async def test_a_client_that_breaks_the_rules_and_resets_is_one_line(serve, caplog):
    """Its close frame can't be sent any more, which is no error of the server's."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(head(0xFF, 0xFF, 0xFF, 0xFF))
        client.reset()
        await until(lambda: not served.app.connections)

    assert [record.exc_info for record in caplog.records] == [None]


async def test_pings_are_answered_between_fragments_and_in_order(serve):
    """With what they carry; a pong that nobody asked for is passed over."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(client_frame(TEXT, b"one ", fin=False))
        client.send(client_frame(PING, b"a") + client_frame(PONG) + client_frame(PING, b"b"))
        client.send(client_frame(CONTINUATION, b"two"))
        assert [await client.receive() for _ in range(3)] == [
            (PONG, b"a"),
            (PONG, b"b"),
            (TEXT, b"one two"),
        ]


async def test_a_ping_between_compressed_fragments_loses_nothing(serve):
    """As it does at Tornado's."""
    served = await serve(GUIDE)
    message = deflated(b"compressed")

    async with raw_client(served.port, "/zip", DEFLATE) as client:
        client.send(client_frame(TEXT, message[:4], fin=False, rsv=4))
        client.send(client_frame(PING, b"now"))
        client.send(client_frame(CONTINUATION, message[4:]))
        assert await client.receive() == (PONG, b"now")
        assert await client.receive() == (TEXT, deflated(b"compressed"))


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (client_frame(TEXT, b"\xff\xff\xff\xff", rsv=4), 1007),
        (client_frame(TEXT, deflated(b"\xff"), rsv=4), 1007),
        (client_frame(PING, b"", rsv=4), 1002),
        (client_frame(BINARY, BOMB, rsv=4), 1009),
    ],
)
async def test_a_compressed_message_that_can_t_be_is_refused(serve, caplog, sent, code):
    """Data that is none, a text that is none, a control frame, a bomb."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/zip", DEFLATE) as client:
        client.send(sent)
        assert await client.closed_with() == code

    assert [record.exc_info for record in caplog.records] == [None]


@pytest.mark.parametrize(
    "offer",
    [
        "permessage-deflate; server_max_window_bits=99",
        "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; nonsense",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        ";;;=,,",
    ],
)
async def test_an_offer_that_can_t_be_kept_is_declined(serve, caplog, offer):
    """The handshake goes on, without compression."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/zip", offer) as client:
        client.send(client_frame(TEXT, b"plain"))
        assert await client.receive() == (TEXT, b"plain")

    assert caplog.records == []


async def test_a_client_that_closes_gets_its_code_back(serve):
    """And the server closes the connection first (RFC 6455, section 7.1.1)."""
    served = await serve(GUIDE)

    async with raw_client(served.port, "/echo") as client:
        client.send(client_frame(TEXT, b"last") + client_frame(CLOSE, saying(3001, b"bye")))
        client.send(client_frame(TEXT, b"too late"))
        assert await client.receive() == (TEXT, b"last")
        assert await client.closed_with() == 3001


async def test_what_follows_the_handshake_at_once_is_read(serve):
    """In the same packet, as a hasty client sends it."""
    served = await serve(GUIDE)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)

    writer.write(
        b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        + client_frame(TEXT, b"hasty")
        + client_frame(CLOSE)
    )
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()

    assert answer.endswith(b"\r\n\r\n\x81\x05hasty\x88\x00")


LEAVES = """
import socket, struct

def leave(handler):
    client = socket.socket(fileno=int(handler.args['fd'][0]))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    client.close()
"""


async def test_who_leaves_right_after_a_hasty_frame_is_no_error(serve, caplog):
    """The connection is reset after the request was read, and before it is answered."""
    entry = routes(leaves=f"{ECHO}\non_request: {{function: bot.leave}}", echo=ECHO)
    served = await serve({"gramex.yaml": entry, "bot.py": LEAVES})
    client = socket.create_connection(("127.0.0.1", served.port))
    client.sendall(
        f"GET /leaves?fd={client.fileno()} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        + client_frame(TEXT, b"hasty")
    )
    client.detach()

    async with served.connect("/echo") as other:
        await other.send("next")
        assert await other.recv() == "next"
    await served.app.connections.ended()

    assert not caplog.records


@pytest.mark.parametrize("key", ["", "short", "A" * 24, "*" * 24, "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_a_key_that_is_none_is_answered_400(serve, key):
    """RFC 6455, section 4.2.1: 16 bytes in base64."""
    served = await serve(GUIDE)

    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key.encode() + b"\r\n\r\n"
    )
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b'{"error": "Sec-WebSocket-Key must be 16 bytes in base64"}')


@pytest.mark.parametrize("early", [b"", client_frame(TEXT, b"early")])
async def test_a_handshake_of_http_1_0_is_answered_400(serve, caplog, early):
    """RFC 6455, section 4.2.1; Tornado closes such a connection when its request is answered."""
    served = await serve(GUIDE)
    request = (
        "GET /echo HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )

    answer = await served.raw(request.encode() + early)

    assert answer.partition(b" ")[2].startswith(b"400 ")
    assert b"a handshake needs HTTP/1.1" in answer
    assert not [record for record in caplog.records if record.exc_info]
    assert len(served.app.connections) == 0


async def test_one_busy_client_does_not_keep_the_others_waiting(serve):
    """However much it has sent, another's message has its turn between."""
    served = await serve(GUIDE)
    flood = client_frame(TEXT, b"x" * 20) * 2000

    async with raw_client(served.port, "/echo") as busy, served.connect("/echo") as other:
        busy.send(flood)
        await busy.receive()
        await other.send("me too")
        assert await other.recv() == "me too"
        assert served.app.counts.messages_in < 2000


async def test_a_peer_that_speaks_websockets_understands_all_of_it(serve):
    """Texts and bytes of all sizes, compressed and not, with a client that checks."""
    served = await serve(GUIDE)

    for path, compression in (("/echo", None), ("/zip", "deflate")):
        async with served.connect(path, compression=compression) as ws:
            for message in ("", "ü" * 10, b"", b"\xff" * 200, "x" * 65_000, bytes(65_000)):
                await ws.send(message)
                assert await ws.recv() == message
