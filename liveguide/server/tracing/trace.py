"""
What the server tells a page about the page's own connections.

A page opens `/_liveguide/trace` and is given a key, which other processes know to be
one, too. The sockets of its snippets carry that key and a number in their address,
`?_liveguide=KEY.N`. Of those sockets the page is told, and of no others: the handshake
as it arrived here, pings, what the author's functions printed, and the close.

The parameter is taken off before anything else sees the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import tornado.websocket
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketProtocol

from ..admission.origins import parse_origin
from ..admission.rates import Rate
from ..admission.refusals import Refusal, answer
from ..close_codes import POLICY_VIOLATION
from ..ongoing import Ongoing
from ..reporting.counts import Counts
from ..sessions.sessions import Sessions, cookie_name
from ..wire.outgoing import QueueLimits
from ..wire.protocol import wire_protocol
from .keys import Keys
from .places import Places
from .traced import TracedConnection

PARAMETER = "_liveguide"
_VALUE = re.compile(r"([\w-]{16,64})\.([1-9]\d{0,5})", re.ASCII)

LINES_A_SECOND = 100
LINES_AT_ONCE = 500
"""A burst; what exceeds it is counted, not kept."""

MOST_WAITING = 256 * 1024
"""How many bytes may wait for a page that does not read."""

_TELL_CUT_AFTER = 1.0
_LONGEST_MESSAGE = 1024  # a page has nothing to say on its trace
_FRAMES = 10, 30
"""Pings, pongs and fragments that a page may send a second, and at once."""


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
        return self._connections.get(request)

    def refused(self, handler: RequestHandler) -> None:
        """Tell the page of a handshake that was answered with something else than 101."""
        connection = self._connections.get(handler.request)
        if connection is not None and handler.get_status() != 101:
            connection.refused(handler)


class Trace:
    """
    One page's trace.

    Args:

        key: What it is known by.

        write: Sends a record to the page; what is returned is done when it is sent.

    Attributes:

        key: What the page's sockets carry in their address.

        gone: Whether the page has left, so that nothing need be told any more.
    """

    def __init__(self, key: str, write: Callable[[str], asyncio.Future[None]]) -> None:
        self.key = key
        self.gone = False
        self._write = write
        self._waiting = 0
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._lock = threading.RLock()  # as in TracedConnection
        self._allowance = float(LINES_AT_ONCE)
        self._counted = self._loop.time()
        self._cut: Counter[int] = Counter()
        self._is_counting = False

    def soon(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call *function* in the server's thread: at once where this is it."""
        if threading.get_ident() == self._thread:
            function(*arguments)
            return
        with contextlib.suppress(RuntimeError):  # the server has stopped
            self._loop.call_soon_threadsafe(function, *arguments)

    def may_tell_line(self, socket: int) -> bool:
        """
        Say whether one more line may be told now, and count it if not; from any thread.

        The thread that prints is the one that asks, so that what is too much
        does not even wait for the server's thread.
        """
        with self._lock:
            if not self.is_cutting():
                self._allowance -= 1
                return True
        self.count(socket)
        return False

    def is_cutting(self) -> bool:
        """Say whether a line would be counted only; from any thread."""
        with self._lock:
            now = self._loop.time()
            earned = (now - self._counted) * LINES_A_SECOND
            self._allowance = min(LINES_AT_ONCE, self._allowance + earned)
            self._counted = now
            return self._allowance < 1

    def tell(self, record: dict[str, Any]) -> None:
        """Send a record, unless the page reads too slowly."""
        if self._waiting <= MOST_WAITING:
            self._send(record)
        elif record["type"] == "line":
            self.count(record["socket"])

    def tell_cut(self, socket: int) -> None:
        """Say how many lines of a connection were not shown since this was last said."""
        if self._waiting > MOST_WAITING:
            return  # the timer comes back to it
        with self._lock:
            count = self._cut.pop(socket, 0)
        if count:
            self._send({"type": "cut", "socket": socket, "count": count})

    def count(self, socket: int, lines: int = 1) -> None:
        """Note that lines of a connection are not shown; from any thread."""
        with self._lock:
            self._cut[socket] += lines
            is_first, self._is_counting = not self._is_counting, True
        if is_first:
            self.soon(self._loop.call_later, _TELL_CUT_AFTER, self._tell_all_cut)

    def _tell_all_cut(self) -> None:
        with self._lock:
            sockets = list(self._cut)
        for socket in sockets:
            self.tell_cut(socket)
        with self._lock:
            self._is_counting = bool(self._cut) and not self.gone
        if self._is_counting:
            self._loop.call_later(_TELL_CUT_AFTER, self._tell_all_cut)

    def _send(self, record: dict[str, Any]) -> None:
        text = json.dumps(record, ensure_ascii=False)
        try:
            sent = self._write(text)
        except tornado.websocket.WebSocketClosedError:
            return
        size = len(text.encode())
        self._waiting += size
        sent.add_done_callback(lambda _: self._sent(size))

    def _sent(self, size: int) -> None:
        self._waiting -= size


class TraceHandler(tornado.websocket.WebSocketHandler):
    """The socket on which a page of this site is told about its own connections."""

    def initialize(
        self, traces: Traces, connections: Ongoing[Any], sessions: Sessions, counts: Counts
    ) -> None:
        self._traces = traces
        self._connections = connections
        self._sessions = sessions
        self._counts = counts.but_for_messages()
        self._trace: Trace | None = None
        self.refusal = ""

    @property
    def max_message_size(self) -> int:
        """How many bytes a page may send at once; more closes the socket with 1009."""
        return _LONGEST_MESSAGE

    async def prepare(self) -> None:
        """
        Let in pages of this site only: what is told here belongs to a reader.

        The reader's session begins here at the latest. A page's other sockets
        open when this one has, so they all find the same.
        """
        if not is_upgrade(self.request):
            return  # Tornado answers what is not a handshake
        own = parse_origin(f"{self.request.protocol}://{self.request.host}")
        if own is None or parse_origin(self.request.headers.get("Origin", "")) != own:
            answer(self, Refusal(403, "origin", "a trace is for pages of this site"))
            return
        name = cookie_name(self.request.protocol == "https")
        known = self.get_cookie(name)
        loading = self._sessions.loading(name, known)
        try:
            if loading is not None:
                await loading
        except ConnectionError:
            return  # the page works without a session
        self._session, cookie = self._sessions.open(name, known)
        if cookie is not None:
            self._sessions.set_cookie(self, cookie)

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return our protocol, with more room than records ever take: see `MOST_WAITING`."""
        limits = QueueLimits(messages=MOST_WAITING, size=4 * MOST_WAITING)
        return wire_protocol(self, self._counts, limits, frames=Rate(*_FRAMES))

    def check_origin(self, origin: str) -> bool:
        """Return what `prepare` has made sure of."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        """Give the page its key."""
        self._trace = Trace(self._traces.keys.new(time.time()), self.write_message)
        self._traces.open(self._trace)
        self._connections.add(self)
        self._trace.tell({"type": "key", "key": self._trace.key})

    def on_message(self, message: str | bytes) -> None:
        """Close a trace on which something is said: a page only listens here."""
        if self.ws_connection is not None:
            address = self.request.remote_ip or ""
            self._counts.refuse(POLICY_VIOLATION, "rate", self.request.path, address)
            self.close(POLICY_VIOLATION, "a page has nothing to say here")

    def on_close(self) -> None:
        """Forget the page."""
        self._connections.discard(self)
        if self._trace is not None:
            self._traces.close(self._trace)


def is_upgrade(request: HTTPServerRequest) -> bool:
    """Say whether a request asks for a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"
