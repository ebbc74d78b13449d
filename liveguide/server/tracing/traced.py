"""One connection that its page is told of: its handshake, its pings, its lines, its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler

from ..close_codes import NORMAL_CLOSURE
from .heads import request_head, response_head
from .places import Place, Places

if TYPE_CHECKING:
    from .trace import Trace

LONGEST_LINE = 2000
"""In characters; what is longer is cut, and ends in an ellipsis."""

_LONGEST_PATH = 200
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LEVELS = (
    (logging.CRITICAL, "critical"),
    (logging.ERROR, "error"),
    (logging.WARNING, "warning"),
    (logging.INFO, "info"),
)
_NOWHERE = Place("", "", None)


class TracedConnection:
    """
    One connection of a page that is told of it; listens to what its callbacks say.

    Args:

        trace: The page's trace.

        number: The page's own number for this connection.

        places: Tells where in the guide a line was printed.

        tells_messages: Whether the page is told what a function raised with.
    """

    def __init__(
        self, trace: Trace, number: int, places: Places, tells_messages: bool = False
    ) -> None:
        self._tells_messages = tells_messages
        self._trace = trace
        self._number = number
        self._places = places
        self._ended = False
        # Reentrant, because an author's __del__ may print wherever garbage is collected.
        self._lock = threading.RLock()
        self._piece = ""
        self._piece_place = _NOWHERE
        self._pinged: tuple[bytes, float] | None = None
        self._closing: tuple[int | None, str] | None = None

    def opened(self, handler: RequestHandler) -> None:
        """Tell of the handshake, as it arrived and as it was answered."""
        self._tell("handshake", _heads(handler))

    def refused(self, handler: RequestHandler) -> None:
        """Tell that the handshake was refused, and why."""
        status = handler.get_status()
        reason = getattr(handler, "refusal", "")
        if not reason and status == HTTPStatus.NOT_FOUND:
            reason = f"there is no endpoint at {handler.request.path[:_LONGEST_PATH]}"
        reason = reason or handler._reason
        self._tell("refused", {"status": status, "reason": reason, **_heads(handler)})
        self._ended = True

    def pinged(self, data: bytes) -> None:
        """Tell that a ping was sent."""
        self._pinged = data, asyncio.get_running_loop().time()
        self._tell("ping", {})

    def ponged(self, data: bytes) -> None:
        """Tell that the last ping was answered, and after how many milliseconds."""
        if self._pinged is not None and self._pinged[0] == data:
            ms = (asyncio.get_running_loop().time() - self._pinged[1]) * 1000
            self._pinged = None
            self._tell("pong", {"ms": round(ms, 1)})

    def printed(self, text: str) -> None:
        """Hear a piece of standard output; lines are told when they are whole."""
        if self._is_deaf():
            return
        if self._trace.is_cutting():
            # Where it came from need not be known, and finding out would hold up everybody.
            with self._lock:
                self._piece = ""
            if "\n" in text:
                self._trace.count(self._number, text.count("\n"))
            return
        place = self._places.of_caller()
        if place is None:
            return
        with self._lock:
            begun = self._piece_place if self._piece else place
            *lines, piece = (self._piece + text).split("\n")
            self._piece = piece[: LONGEST_LINE + 1]
            self._piece_place = place if lines else begun
        for line in lines:
            self._line(line, "print", begun)
            begun = place

    def logged(self, record: logging.LogRecord) -> None:
        """Hear a log record; what no author's code asked for is not told."""
        place = None if self._is_deaf() else self._places.of_record(record)
        if place is not None:
            level = next((name for least, name in _LEVELS if record.levelno >= least), "debug")
            self._line(record.getMessage(), level, place)

    def blocked(self, place: Place, seconds: float) -> None:
        """Tell that a function held up the server."""
        function = place.function or "an expression"
        self._line(f"{function} blocked the server for {seconds:.2f} s", "warning", place)

    def failed(self, label: str, error: BaseException) -> None:
        """Tell that an author's function raised; what it raised with may be secret."""
        place = self._places.of_error(error) or _NOWHERE
        text = f"{label} raised {type(error).__name__}"
        if self._tells_messages:
            with contextlib.suppress(Exception):  # an author's `__str__`
                text += f": {error}".removesuffix(": ")
        self._line(text, "error", place)

    def closing(self, code: int | None, reason: str | None) -> None:
        """Note that this end sent the first close frame, and what was in it."""
        # A reason can't be sent without a code.
        self._closing = (
            NORMAL_CLOSURE if code is None and reason is not None else code,
            reason or "",
        )

    def closed(self, code: int | None, reason: str | None) -> None:
        """
        Tell how the connection ended, and nothing from now on.

        Args:

            code: The close code that the client sent, `None` where it sent none.

            reason: The reason that it gave, if any.
        """
        with self._lock:
            piece, self._piece = self._piece, ""
        if piece:
            self._line(piece, "print", self._piece_place)
        self._trace.tell_cut(self._number)
        by = "client" if self._closing is None else "server"
        code, reason = self._closing or (code, reason)
        self._tell("close", {"code": code, "reason": reason or "", "by": by})
        self._ended = True

    def _is_deaf(self) -> bool:
        return self._ended or self._trace.gone

    def _line(self, text: str, level: str, place: Place) -> None:
        if self._is_deaf() or not self._trace.may_tell_line(self._number):
            return
        text = text.removesuffix("\r")
        shown = text[:LONGEST_LINE] + ("…" if len(text) > LONGEST_LINE else "")
        shown = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), shown)
        # A lone surrogate is no character and could not be sent.
        shown = shown.encode("utf-8", "backslashreplace").decode()
        where = {"function": place.function, "place": place.line, "href": place.href}
        self._trace.soon(self._tell, "line", {"text": shown, "level": level, **where})

    def _tell(self, kind: str, record: dict[str, Any]) -> None:
        if not self._is_deaf():
            self._trace.tell({"type": kind, "socket": self._number, **record})


def _heads(handler: RequestHandler) -> dict[str, Any]:
    return {"request": request_head(handler.request), "response": response_head(handler)}
