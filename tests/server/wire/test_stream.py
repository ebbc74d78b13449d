"""What is written to a stream before a WebSocket has its socket."""

from __future__ import annotations

import asyncio
import socket
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
