"""Tell a person at a terminal how far a build is; say nothing to a file or a pipe."""

from __future__ import annotations

import sys
import time

_SECONDS_BETWEEN = 0.1


class Progress:
    """A single line on standard error that is rewritten as the build goes on."""

    def __init__(self, quiet: bool = False):
        self._shown = not quiet and sys.stderr.isatty()
        self._last = 0.0

    def step(self, what: str, done: int, total: int) -> None:
        """Show that *done* of *total* are finished, at most ten times a second."""
        now = time.monotonic()
        if self._shown and (done == total or now - self._last > _SECONDS_BETWEEN):
            self._last = now
            print(f"\r\x1b[K{what} {done}/{total}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
