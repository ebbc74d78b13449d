"""
The HTTP server, which accepts no more connections than it can hold.

Tornado's own loop, out of file descriptors, tries again at once and for ever. This one
leaves clients in the system's queue until a connection has closed.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from typing import Any

from tornado.httpserver import HTTPServer, _HTTPRequestContext
from tornado.iostream import IOStream

from ..app import SiteApplication
from ..wire.stream import Stream
from .addresses import client_network
from .capacity import EXHAUSTED
from .requests import Awaited, RequestsConnection

log = logging.getLogger(__name__)

_AT_ONCE = 128
"""So many are accepted before anything else has its turn."""

_CHUNK = 8 * 1024
"""Bytes that are read of a request at once; few have more."""

_INTERNET = (socket.AF_INET, socket.AF_INET6)

_LOOK_AGAIN = 0.1  # seconds
_SAY_AGAIN = 10.0  # seconds
_TO_ASK = 1.0  # seconds, as long as a handshake of TLS may take from far away


class BoundedServer(HTTPServer):
    """Tornado's server, bounded as the application's limits say."""

    # Tornado calls it with what the class was called with, whatever that is.
    def initialize(self, app: SiteApplication, **options: Any) -> None:  # type: ignore[override]
        """Take the limits of requests from *app*; *options* are Tornado's."""
        super().initialize(app, chunk_size=_CHUNK, **options)
        self.conn_params.header_timeout = None  # see `Awaited`
        self._awaited = Awaited(app.limits["header_seconds"])
        self._app = app
        self._listening: list[socket.socket] = []
        self._said = float("-inf")
        self._is_short = False
        self._resuming: asyncio.TimerHandle | None = None

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Begin to accept connections on these sockets."""
        added = list(sockets)
        self._listening += added
        for listening in added:
            if listening.family in _INTERNET:
                # On Linux all that it accepts have it from the beginning.
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._listen(listening)

    def stop(self) -> None:
        """Accept no more connections, and close the sockets that listen."""
        self._pause()
        for listening in self._listening:
            listening.close()
        self._listening.clear()

    async def hear_out(self) -> None:
        """Wait until who has just connected was answered, a second at most."""
        latest = asyncio.get_running_loop().time() - _TO_ASK
        accepted = [one for one in self._connections if isinstance(one, RequestsConnection)]
        if new := [one.answered() for one in accepted if one.since > latest]:
            await asyncio.wait(new, timeout=_TO_ASK)

    def _listen(self, listening: socket.socket) -> None:
        asyncio.get_running_loop().add_reader(listening.fileno(), self._accept, listening)

    def _pause(self) -> None:
        for listening in self._listening:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            if self._app.capacity.is_full:
                self._wait("")
                return
            try:
                connection, address = listening.accept()
            except BlockingIOError:
                self._is_short = False
                return
            except OSError as error:
                if error.errno in EXHAUSTED:
                    self._wait(f": {error.strerror}")
                    return
                continue  # the client has left already
            if not self._may_connect(address[0]):
                connection.close()
            elif self.ssl_options is None:
                stream = Stream(connection, self.max_buffer_size, self.read_chunk_size)
                self.handle_stream(stream, address)
            else:
                self._handle_connection(connection, address)  # Tornado's, which does TLS

    def _may_connect(self, address: str) -> bool:
        """Say whether one more connection of *address* is accepted; the log is told if not."""
        most = self._app.admission.most_connections(address)
        if most is None or self._app.capacity.of(client_network(address)) < most:
            return True
        detail = f"{most} connections are open from there; this one is closed unheard"
        self._app.counts.refuse(429, "sockets", "", address, detail)
        return False

    def _wait(self, why: str) -> None:
        """Accept nothing until there is room; counted once, until all who wait have found some."""
        loop = asyncio.get_running_loop()
        self._pause()
        self._resuming = loop.call_later(_LOOK_AGAIN, self._resume)
        capacity = self._app.capacity
        if not self._is_short:
            self._app.counts.refused["full"] += 1
        self._is_short = True
        if loop.time() - self._said >= _SAY_AGAIN:
            self._said = loop.time()
            log.warning(
                "%d of %d connections are open%s; others wait. Raise 'connections' in "
                "liveguide.yaml, and the limit of file descriptors (ulimit -n)",
                len(capacity),
                capacity.most,
                why,
            )

    def _resume(self) -> None:
        self._resuming = None
        for listening in self._listening:
            self._listen(listening)

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve one connection, within the limits that hold now, and count it."""
        limits = self._app.limits
        self._awaited.use(limits["header_seconds"])
        self.conn_params.body_timeout = limits["header_seconds"]
        self.conn_params.max_header_size = int(limits["header_size"])
        self.conn_params.max_body_size = int(limits["body_size"])
        self._app.capacity.begin(client_network(address[0]))
        context = _HTTPRequestContext(stream, address, self.protocol, self.trusted_downstream)
        connection = RequestsConnection(stream, self.conn_params, context, self._awaited)
        self._connections.add(connection)
        connection.start_serving(self)

    def on_close(self, server_conn: Any) -> None:
        """Note that a connection has closed, or has become a WebSocket."""
        super().on_close(server_conn)
        self._app.capacity.end(client_network(server_conn.context.address[0]))
