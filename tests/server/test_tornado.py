"""What of Tornado's own we have replaced; a newer Tornado may have mended what ours has not."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from contextlib import closing
from socket import socketpair
from typing import Any

import pytest
from tornado.http1connection import HTTP1Connection, HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders
from tornado.ioloop import IOLoop
from tornado.iostream import BaseIOStream, IOStream
from tornado.web import _HandlerDelegate

from liveguide.server.wire.channel import Channel, nobody

_AS_READ = {
    HTTP1Connection._parse_headers: "b3c54fda82dad6ac",
    HTTP1Connection._finish_request: "e3d5be7a8e4cbc42",
    HTTP1Connection.write_headers: "0cfc1ef0b6793acd",
    HTTP1ServerConnection._server_request_loop: "878caf064d85d615",
    HTTP1ServerConnection.start_serving: "b993b5aaf92faf3f",
    HTTPHeaders.parse_line: "39db9b5496921fdf",
    HTTPServer.handle_stream: "164864e68f57d899",
    _HandlerDelegate.execute: "cb7b86c7889faf9f",
    BaseIOStream.write: "359435fb31c50ddb",
}
"""What ours does in their place, and a hash of the source that it was held against."""


@pytest.mark.parametrize("method", _AS_READ, ids=lambda method: method.__qualname__)
def test_what_ours_replaces_is_as_it_was_read(method: Callable[..., Any]) -> None:
    """If not, see whether ours must follow what Tornado changed, and note the new hash."""
    source = inspect.getsource(method)

    assert hashlib.sha256(source.encode()).hexdigest()[:16] == _AS_READ[method]


async def test_a_stream_still_has_what_ours_empties() -> None:
    """`Stream.let_go` gives back the memory of attributes that Tornado does not document."""
    ours, theirs = socketpair()
    with theirs, closing(IOStream(ours)) as stream:
        assert not stream._read_buffer
        assert stream._read_buffer_size == 0
        assert len(stream._write_futures) == len(stream._write_buffer._buffers) == 0


async def test_a_stream_that_closes_takes_its_channel_out_of_the_loop() -> None:
    """What a `Channel` waits for, it notes where Tornado's loop does, which has no interface."""
    loop: Any = IOLoop.current()
    ours, theirs = socketpair()
    with theirs:
        stream = IOStream(ours)
        stream.set_close_callback(nobody)
        number = ours.fileno()
        Channel(stream, nobody, nobody).wait_to_write(True)
        assert {number} <= loop.readers & loop.writers & loop.handlers.keys()

        stream.close()

    assert number not in loop.readers | loop.writers | loop.handlers.keys()
    assert not loop.selector_loop.remove_reader(number)
