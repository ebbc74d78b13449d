"""Tornado's stream for a connection without TLS, with what costs nothing left out."""

from __future__ import annotations

from collections import deque
from typing import Any

from tornado.iostream import IOStream

_NOTHING: deque[Any] = deque(maxlen=0)


class Stream(IOStream):
    """A connection without TLS; the system is only told what it has not been told already."""

    _sends_at_once: bool | None = None

    def set_nodelay(self, value: bool) -> None:
        """Send small pieces at once, or let the system gather them."""
        if value != self._sends_at_once:
            self._sends_at_once = value
            super().set_nodelay(value)

    def let_go(self) -> None:
        """Keep no queues for what is written: a `Channel` sends from now on, and has its own."""
        self._write_futures = _NOTHING
        self._write_buffer._buffers = _NOTHING
