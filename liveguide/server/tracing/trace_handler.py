"""The socket `/_liveguide/trace`, on which a page hears of its own connections."""

from __future__ import annotations

import time
from typing import Any

from tornado.websocket import WebSocketHandler, WebSocketProtocol

from ..admission.origins import parse_origin
from ..admission.rates import Rate
from ..admission.refusals import Refusal, answer
from ..close_codes import POLICY_VIOLATION
from ..ongoing import Ongoing
from ..reporting.counts import Counts
from ..sessions.cookies import cookie_name
from ..sessions.sessions import Sessions
from ..wire.handshake import is_upgrade
from ..wire.outgoing import QueueLimits
from ..wire.protocol import wire_protocol
from .trace import MOST_WAITING, Trace
from .traces import Traces

_LONGEST_MESSAGE = 1024  # a page has nothing to say on its trace
_FRAMES = 10, 30
"""Pings, pongs and fragments that a page may send a second, and at once."""


class TraceHandler(WebSocketHandler):
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
