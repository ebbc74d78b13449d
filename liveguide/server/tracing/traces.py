"""
Which connections belong to a page that watches.

A page opens `/_liveguide/trace` and is given a key, which other processes know to be
one, too. The sockets of its snippets carry that key and a number in their address,
`?_liveguide=KEY.N`. Of those sockets the page is told, and of no others: the handshake
as it arrived here, pings, what the author's functions printed, and the close.

The parameter is taken off before anything else sees the request.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from ..wire.handshake import is_upgrade
from .keys import Keys
from .places import Places
from .trace import Trace
from .traced import TracedConnection

PARAMETER = "_liveguide"
_VALUE = re.compile(r"([\w-]{16,64})\.([1-9]\d{0,5})", re.ASCII)


class Traces:
    """
    The traces of one application, and which request belongs to which.

    Args:

        places: Tells where in the guide a line was printed.

        keys: Makes the keys.

    Attributes:

        relayed: Returns what stands here for a trace of another process, by its key and that
            process; `None` where there is no other.

        tells_messages: Whether a page is told what a function raised with, which may be secret:
            only while the guide is being written.
    """

    def __init__(self, places: Places, keys: Keys) -> None:
        self.places = places
        self.keys = keys
        self.relayed: Callable[[str, str], Trace] | None = None
        self.tells_messages = False
        self._traces: dict[str, Trace] = {}
        self._connections: WeakKeyDictionary[HTTPServerRequest, TracedConnection] = (
            WeakKeyDictionary()
        )

    def __len__(self) -> int:
        return len(self._traces)

    def open(self, trace: Trace) -> None:
        """Begin to know a trace by its key."""
        self._traces[trace.key] = trace

    def find(self, key: str) -> Trace | None:
        """Return the trace of a key, if it is here."""
        return self._traces.get(key)

    def _of_any_process(self, key: str) -> Trace | None:
        trace = self.find(key)
        if trace is not None or self.relayed is None:
            return trace
        holder = self.keys.holder(key, time.time())
        return None if holder in (None, self.keys.process) else self.relayed(key, holder)

    def close(self, trace: Trace) -> None:
        """Forget a trace; its connections go on, unobserved."""
        trace.gone = True
        self._traces.pop(trace.key, None)

    def claim(self, request: HTTPServerRequest) -> None:
        """Take our parameter off a request, and remember whose connection this will be."""
        if PARAMETER not in (request.query or ""):
            return
        parts = [(part, *part.partition("=")) for part in request.query.split("&")]
        ours = [value for _, name, _, value in parts if name == PARAMETER]
        if not ours:
            return
        request.query = "&".join(part for part, name, *_ in parts if name != PARAMETER)
        request.uri = request.path + (f"?{request.query}" if request.query else "")
        for arguments in (request.arguments, request.query_arguments):
            arguments.pop(PARAMETER, None)
        found = _VALUE.fullmatch(ours[-1])
        trace = self._of_any_process(found[1]) if found and is_upgrade(request) else None
        if trace is not None and found is not None:
            connection = TracedConnection(trace, int(found[2]), self.places, self.tells_messages)
            self._connections[request] = connection

    def connection(self, request: HTTPServerRequest) -> TracedConnection | None:
        """Return the traced connection that a request asks for, `None` where nobody traces it."""
        return self._connections.get(request) if self._connections else None

    def refused(self, handler: RequestHandler) -> None:
        """Tell the page of a handshake that was answered with something else than 101."""
        connection = self.connection(handler.request)
        if connection is not None and handler.get_status() != 101:
            connection.refused(handler)
