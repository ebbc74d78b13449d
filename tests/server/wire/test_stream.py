"""What a stream reads and writes before a WebSocket has its socket."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator

import pytest
from tornado.iostream import StreamClosedError

from liveguide.server.wire.stream import Stream

_MUCH = bytes(range(256)) * 40_000
"""More than the system takes at once."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Return both ends of a connection."""
    one, other = socket.socketpair()
    with one, other:
        other.setblocking(False)
        yield one, other


async def _read(end: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        read += await asyncio.get_running_loop().sock_recv(end, size)
    return read


async def test_what_the_system_takes_is_sent_when_write_returns(ends) -> None:
    """There is nothing to wait for."""
    stream = Stream(ends[0])

    assert stream.write(b"all of it").done()

    assert ends[1].recv(100) == b"all of it"
    stream.close()


async def test_what_must_wait_is_sent_in_order(ends) -> None:
    """The rest of a large piece comes before what was written after it."""
    stream = Stream(ends[0])

    large, small = stream.write(_MUCH), stream.write(b"the end")
    assert not large.done()
    assert not small.done()

    assert await _read(ends[1], len(_MUCH) + 7) == _MUCH + b"the end"
    await asyncio.gather(large, small)
    stream.close()


async def test_a_stream_that_the_other_end_has_closed_closes(ends) -> None:
    """What is written then is not sent, and the next write says so."""
    stream = Stream(ends[0])
    ends[1].close()

    with pytest.raises(StreamClosedError):
        await stream.write(b"too late")

    with pytest.raises(StreamClosedError):
        stream.write(b"and again")


_END = rb"\r\n\r\n"


async def test_what_has_come_whole_is_read_at_once(ends) -> None:
    """Nothing is left, and nothing waits."""
    stream = Stream(ends[0])
    ends[1].send(b"a head\r\n\r\n")

    reading = asyncio.ensure_future(stream.read_until_regex(_END))

    assert reading.done()
    assert reading.result() == b"a head\r\n\r\n"
    stream.close()


@pytest.mark.parametrize("parts", [(b"a ", b"head\r", b"\n\r\nrest"), (b"a head\r\n\r\nrest",)])
async def test_what_comes_with_more_or_in_parts_is_read_to_its_end(ends, parts) -> None:
    """What follows is for the next who reads."""
    stream = Stream(ends[0])

    ends[1].send(parts[0])
    reading = asyncio.ensure_future(stream.read_until_regex(_END))
    for part in parts[1:]:
        await asyncio.sleep(0)
        ends[1].send(part)

    assert await reading == b"a head\r\n\r\n"
    assert await stream.read_bytes(4) == b"rest"
    stream.close()


async def test_what_is_too_long_is_not_read(ends) -> None:
    """Though it has come whole."""
    stream = Stream(ends[0])
    ends[1].send(b"a head\r\n\r\n")

    with pytest.raises(StreamClosedError):
        await stream.read_until_regex(_END, max_bytes=5)

    assert stream.closed()


async def test_why_a_connection_broke_is_known() -> None:
    """Whoever reads is told that it did."""
    listening = socket.create_server(("127.0.0.1", 0))
    other = socket.create_connection(listening.getsockname())
    stream = Stream(listening.accept()[0])
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.close()

    with pytest.raises(StreamClosedError):
        await stream.read_until_regex(_END)

    assert isinstance(stream.error, ConnectionResetError)
    listening.close()


async def test_the_other_end_s_leave_is_noticed_while_nothing_is_read(ends) -> None:
    """By whoever has asked to be told."""
    stream, left = Stream(ends[0]), asyncio.Event()
    stream.set_close_callback(left.set)

    ends[1].close()

    await asyncio.wait_for(left.wait(), 10)
    assert stream.closed()
