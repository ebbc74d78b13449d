"""What one page is told of its own connections: so much a second, and no more than it reads."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from tornado.websocket import WebSocketClosedError

LINES_A_SECOND = 100
LINES_AT_ONCE = 500
"""A burst; what exceeds it is counted, not kept."""

MOST_WAITING = 256 * 1024
"""How many bytes may wait for a page that does not read."""

_TELL_CUT_AFTER = 1.0


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
        except WebSocketClosedError:
            return
        size = len(text.encode())
        self._waiting += size
        sent.add_done_callback(lambda _: self._sent(size))

    def _sent(self, size: int) -> None:
        self._waiting -= size
