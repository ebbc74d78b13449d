"""
What open pages are told: what has changed since they were loaded, and what is wrong now.

Each change has a number. A page that is served carries the number of the last
one, so that a change between its loading and its listening is not lost.
"""

from __future__ import annotations

import json
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import tornado.websocket
from tornado.websocket import WebSocketProtocol

from ..admission.origins import parse_origin
from ..ongoing import Ongoing
from ..reporting.counts import Counts
from ..wire.protocol import wire_protocol

_MOST_KEPT = 200
_LONGEST_MESSAGE = 1024  # a page has nothing to say here


@dataclass
class Change:
    """
    One change of what is served.

    Attributes:

        outputs: The paths in the site of the files that are others now, or gone.

        folders: The addresses, relative to the site's root, of the folders with endpoints that
            are others now.
    """

    outputs: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


class News:
    """
    Tells open pages.

    Attributes:

        problems: What is wrong now, as `excerpts.described` returns it.
    """

    def __init__(self) -> None:
        self.problems: list[dict[str, Any]] = []
        self._listening: set[NewsHandler] = set()
        self._run = secrets.token_hex(4)
        self._number = 0
        self._changes: deque[tuple[int, Change]] = deque(maxlen=_MOST_KEPT)

    @property
    def version(self) -> str:
        """What a page that is served now knows of."""
        return f"{self._run}.{self._number}"

    def tell(self, change: Change) -> None:
        """Tell every page of a change, and of the problems."""
        if change.outputs or change.folders:
            self._number += 1
            self._changes.append((self._number, change))
        for handler in list(self._listening):
            handler.tell(self._message([change]))

    def listen(self, handler: NewsHandler, since: str) -> None:
        """Begin to tell a page; first, what it has missed."""
        self._listening.add(handler)
        missed = self._since(since)
        message = self._message(missed or [])
        if missed is None:
            message["stale"] = True  # of another server, or too old
        handler.tell(message)

    def leave(self, handler: NewsHandler) -> None:
        """Forget a page."""
        self._listening.discard(handler)

    def _since(self, version: str) -> list[Change] | None:
        run, _, number = version.partition(".")
        if run != self._run or not number.isdecimal():
            return None
        known = int(number)
        if known < self._number - len(self._changes):
            return None
        return [change for number, change in self._changes if number > known]

    def _message(self, changes: list[Change]) -> dict[str, Any]:
        return {
            "version": self.version,
            "outputs": sorted({output for change in changes for output in change.outputs}),
            "folders": sorted({folder for change in changes for folder in change.folders}),
            "problems": self.problems,
        }


class NewsHandler(tornado.websocket.WebSocketHandler):
    """The socket on which a page of this site is told."""

    def initialize(self, news: News, connections: Ongoing[Any], counts: Counts) -> None:
        self._news = news
        self._counts = counts.but_for_messages()
        self._connections = connections

    @property
    def max_message_size(self) -> int:
        """How many bytes a page may send at once."""
        return _LONGEST_MESSAGE

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        """Return our protocol."""
        return wire_protocol(self, self._counts)

    def check_origin(self, origin: str) -> bool:
        """Let in pages of this site only: problems quote an author's files."""
        own = parse_origin(f"{self.request.protocol}://{self.request.host}")
        return own is not None and parse_origin(origin) == own

    def open(self, *args: str, **kwargs: str) -> None:
        """Tell what the page has missed."""
        self._connections.add(self)
        self._news.listen(self, self.get_query_argument("since", ""))

    def on_message(self, message: str | bytes) -> None:
        """Pass over what the page says: it only listens here."""

    def tell(self, message: dict[str, Any]) -> None:
        """Send one message, unless the page has gone."""
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            self.write_message(json.dumps(message, ensure_ascii=False))

    def on_close(self) -> None:
        """Forget the page."""
        self._connections.discard(self)
        self._news.leave(self)
