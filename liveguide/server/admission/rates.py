"""How often something may happen: so many times a second in the long run, and so many at once."""

from __future__ import annotations


class Rate:
    """
    A token bucket, kept as one number: the time at which it would be full again.

    That is the virtual scheduling algorithm of ITU-T I.371. It makes no object and
    reads no clock, so that it may stand on the way of every message.

    Args:

        a_second: How often in the long run.

        at_once: How often after a pause.
    """

    __slots__ = ("_full_at", "_most", "_pause")

    def __init__(self, a_second: float, at_once: float) -> None:
        self._pause = 1 / a_second
        self._most = (at_once - 1) * self._pause
        self._full_at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until it may happen again, 0 or less for now; *now* in seconds."""
        return self._full_at - self._most - now

    def take(self, now: float) -> float:
        """Count it if it may happen now; return what `wait` does."""
        full_at = self._full_at
        wait = full_at - self._most - now
        if wait <= 0:
            self._full_at = (full_at if full_at > now else now) + self._pause
        return wait

    def add(self, count: int, now: float) -> None:
        """Count what has happened elsewhere, allowed or not; at most until none is left."""
        full_at = max(self._full_at, now) + count * self._pause
        self._full_at = max(self._full_at, min(full_at, now + self._most + self._pause))

    def is_full(self, now: float) -> bool:
        """Say whether nothing has happened for so long that all may happen at once again."""
        return self._full_at <= now
