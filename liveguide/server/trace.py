"""
What the server tells a page about the page's own connections.

A page opens `/_liveguide/trace` and is given a key. The sockets of its
snippets carry that key and a number in their address, `?_liveguide=KEY.N`.
Of those sockets the page is told, and of no others: the handshake as it
arrived here, pings, what the author's functions printed, and the close.

The parameter is taken off before anything else sees the request.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import threading
from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

import tornado.websocket
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from .heads import request_head, response_head
from .ongoing import Ongoing
from .origins import parse_origin
from .places import Place, Places

PARAMETER = "_liveguide"
_WRITTEN = re.compile(rf"(?:^|(?<=&)){PARAMETER}=([^&]*)(?:&|$)")
_VALUE = re.compile(r"([\w-]{16,64})\.([1-9]\d{0,5})")

LINES_A_SECOND = 100
LINES_AT_ONCE = 500
"""A burst; what exceeds it is counted, not kept."""

MOST_WAITING = 256 * 1024
"""How many bytes may wait for a page that does not read."""

LONGEST_LINE = 2000
_TELL_CUT_AFTER = 1.0
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Traces:
    """
    The traces of one application, and which request belongs to which.

    Args:

        places: Tells where in the guide a line was printed.
    """

    def __init__(self, places: Places) -> None:
        self.places = places
        self._traces: dict[str, Trace] = {}
        self._connections: WeakKeyDictionary[HTTPServerRequest, TracedConnection] = (
            WeakKeyDictionary()
        )

    def open(self, trace: Trace) -> None:
        """Begin to know a trace by its key."""
        self._traces[trace.key] = trace

    def close(self, trace: Trace) -> None:
        """Forget a trace; its connections go on, unobserved."""
        self._traces.pop(trace.key, None)

    def claim(self, request: HTTPServerRequest) -> None:
        """Take our parameter off a request, and remember whose connection this will be."""
        if PARAMETER not in (request.query or ""):
            return
        found = _WRITTEN.search(request.query)
        if found is None:
            return
        request.query = _WRITTEN.sub("", request.query).rstrip("&")
        request.uri = request.path + (f"?{request.query}" if request.query else "")
        for arguments in (request.arguments, request.query_arguments):
            arguments.pop(PARAMETER, None)
        value = _VALUE.fullmatch(found[1])
        trace = self._traces.get(value[1]) if value else None
        if trace is not None and value is not None and is_upgrade(request):
            self._connections[request] = TracedConnection(trace, int(value[2]), self.places)

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

    Attributes:

        key: What the page's sockets carry in their address.
    """

    def __init__(self, handler: TraceHandler) -> None:
        self.key = secrets.token_urlsafe(24)
        self._handler = handler
        self._waiting = 0
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._allowance = float(LINES_AT_ONCE)
        self._counted = self._loop.time()
        self._cut: Counter[int] = Counter()
        self._telling: asyncio.TimerHandle | None = None

    def tell(self, record: dict[str, Any]) -> None:
        """Send a record, unless the page reads too slowly; from any thread."""
        if threading.get_ident() != self._thread:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self.tell, record)
            return
        line = record["type"] == "line"
        if (line and not self._may_tell()) or self._waiting > MOST_WAITING:
            if line:
                self._count(record["socket"])
            return
        self._send(record)

    def tell_cut(self, socket: int | None = None) -> None:
        """Say how many lines were not shown: of all connections, or of one that has ended."""
        if socket is None:
            self._telling = None
        for number in [socket] if socket is not None else list(self._cut):
            count = self._cut.pop(number, 0)
            if count:
                self._send({"type": "cut", "socket": number, "count": count})

    def _may_tell(self) -> bool:
        now = self._loop.time()
        earned = (now - self._counted) * LINES_A_SECOND
        self._allowance = min(LINES_AT_ONCE, self._allowance + earned)
        self._counted = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _count(self, socket: int) -> None:
        self._cut[socket] += 1
        if self._telling is None:
            self._telling = self._loop.call_later(_TELL_CUT_AFTER, self.tell_cut)

    def _send(self, record: dict[str, Any]) -> None:
        text = json.dumps(record, ensure_ascii=False)
        size = len(text)
        try:
            sent = self._handler.write_message(text)
        except tornado.websocket.WebSocketClosedError:
            return
        self._waiting += size
        sent.add_done_callback(lambda f: self._sent(f, size))

    def _sent(self, future: asyncio.Future[None], size: int) -> None:
        self._waiting -= size
        _ = future.cancelled() or future.exception()  # the page has gone


class TracedConnection:
    """
    One connection of a page that is told of it; listens to what its callbacks say.

    Args:

        trace: The page's trace.

        number: The page's own number for this connection.

        places: Tells where in the guide a line was printed.
    """

    def __init__(self, trace: Trace, number: int, places: Places) -> None:
        self._trace = trace
        self._number = number
        self._places = places
        self._ended = False
        self._piece = ""
        self._lock = threading.Lock()
        self._pinged = 0.0

    def opened(self, handler: RequestHandler) -> None:
        """Tell of the handshake, as it arrived and as it was answered."""
        self._tell("handshake", **_heads(handler))

    def refused(self, handler: RequestHandler) -> None:
        """Tell that the handshake was refused, and why."""
        status = handler.get_status()
        reason = getattr(handler, "refusal", "") or {
            200: "this is a file, not an endpoint",
            404: f"there is no endpoint at {handler.request.path[:200]}",
        }.get(status, handler._reason)
        self._tell("refused", status=status, reason=reason, **_heads(handler))
        self._ended = True

    def pinged(self) -> None:
        """Tell that a ping was sent."""
        self._pinged = asyncio.get_running_loop().time()
        self._tell("ping")

    def ponged(self) -> None:
        """Tell that a ping was answered, and after how many milliseconds."""
        if self._pinged:
            ms = (asyncio.get_running_loop().time() - self._pinged) * 1000
            self._tell("pong", ms=round(ms, 1))

    def printed(self, text: str) -> None:
        """Hear a piece of standard output; lines are told when they are whole."""
        if self._ended:
            return
        with self._lock:
            *lines, self._piece = (self._piece + text[: 100 * LONGEST_LINE]).split("\n")
            self._piece = self._piece[: LONGEST_LINE + 1]
        if lines:
            place = self._places.of_caller()
            for line in lines:
                self._line(line, "print", place)

    def logged(self, record: logging.LogRecord) -> None:
        """Hear a log record; what no author's code asked for is not told."""
        if self._ended:
            return
        place = self._places.at(record.pathname, record.lineno, record.funcName or "")
        self._line(record.getMessage(), record.levelname.lower(), place or self._places.of_caller())

    def failed(self, label: str, error: BaseException) -> None:
        """Tell that an author's function raised; what it raised with may be secret."""
        place = self._places.of_error(error)
        self._line(f"{label} raised {type(error).__name__}", "error", place or Place("", "", None))

    def closed(self, code: int | None, reason: str | None, by: str) -> None:
        """Tell how the connection ended, and nothing from now on."""
        if self._piece:
            self.printed("\n")
        self._trace.tell_cut(self._number)
        self._tell("close", code=code, reason=reason or "", by=by)
        self._ended = True

    def _line(self, text: str, level: str, place: Place | None) -> None:
        if place is None:
            return
        text = text.removesuffix("\r")
        shown = text[:LONGEST_LINE] + ("…" if len(text) > LONGEST_LINE else "")
        shown = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), shown)
        # A lone surrogate is no character and could not be sent.
        shown = shown.encode("utf-8", "backslashreplace").decode()
        self._tell(
            "line",
            text=shown,
            level=level,
            function=place.function,
            place=place.line,
            href=place.href,
        )

    def _tell(self, kind: str, **record: Any) -> None:
        if not self._ended:
            self._trace.tell({"type": kind, "socket": self._number, **record})


class TraceHandler(tornado.websocket.WebSocketHandler):
    """The socket on which a page of this site is told about its own connections."""

    def initialize(self, traces: Traces, connections: Ongoing[Any]) -> None:
        self._traces = traces
        self._connections = connections
        self._trace: Trace | None = None
        self.refusal = ""

    def prepare(self) -> None:
        """Let in pages of this site only: what is told here belongs to a reader."""
        if not is_upgrade(self.request):
            return  # Tornado answers what is not a handshake
        own = parse_origin(f"{self.request.protocol}://{self.request.host}")
        if own is None or _asking(self.request) != own:
            self.refusal = "a trace is for pages of this site"
            self.set_status(403)
            self.finish({"error": self.refusal})

    def check_origin(self, origin: str) -> bool:
        """Return what `prepare` has made sure of."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        """Give the page its key."""
        self._trace = Trace(self)
        self._traces.open(self._trace)
        self._connections.add(self)
        self.write_message({"type": "key", "key": self._trace.key})

    def on_message(self, message: str | bytes) -> None:
        """Pass over what the page says: it only listens here."""

    def on_close(self) -> None:
        """Forget the page."""
        self._connections.discard(self)
        if self._trace is not None:
            self._traces.close(self._trace)


def is_upgrade(request: HTTPServerRequest) -> bool:
    """Say whether a request asks for a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _asking(request: HTTPServerRequest) -> object:
    try:
        return parse_origin(request.headers.get("Origin", ""))
    except ValueError:
        return None


def _heads(handler: RequestHandler) -> dict[str, Any]:
    return {"request": request_head(handler.request), "response": response_head(handler)}
