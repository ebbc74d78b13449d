"""How often something took how long, in a few numbers."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the buckets, in seconds; a last one has no end."""


class Histogram:
    """
    Counts durations in buckets.

    Attributes:

        total: All durations together, in seconds.
    """

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Count a duration."""
        self._counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        """Return, as Prometheus wants it, each bucket's end and how many ended up to there."""
        ends = [*map(str, BOUNDS), "+Inf"]
        return list(zip(ends, map(float, accumulate(self._counts)), strict=True))
