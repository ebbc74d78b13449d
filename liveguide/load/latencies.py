"""How long deliveries took: a histogram whose memory does not grow with them."""

from __future__ import annotations

_EXACT_BITS = 8
_EXACT = 1 << _EXACT_BITS  # below it every microsecond has a bucket of its own
_HALF = _EXACT >> 1  # above it, every power of two has so many buckets
_LONGEST_BITS = 36
_LONGEST = (1 << _LONGEST_BITS) - 1  # 19 hours
_BUCKETS = (_LONGEST_BITS - _EXACT_BITS + 2) * _HALF


class Latencies:
    """
    Counts times in buckets, each less than 1 % wide, as HdrHistogram does.

    Attributes:

        count: How many were counted.

        longest: The longest of them, exactly, in microseconds.
    """

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0
        self.longest = 0

    def add(self, microseconds: int) -> None:
        """Count a time; one below nothing counts as nothing."""
        # This runs once for every delivery, so it calls no function but one.
        if not 0 <= microseconds <= _LONGEST:
            microseconds = 0 if microseconds < 0 else _LONGEST
        if microseconds > self.longest:
            self.longest = microseconds
        shift = microseconds.bit_length() - _EXACT_BITS
        if shift < 0:
            shift = 0
        self._counts[shift * _HALF + (microseconds >> shift)] += 1
        self.count += 1

    def merge(self, other: Latencies) -> None:
        """Count all that *other* has counted, too."""
        for bucket, count in enumerate(other._counts):
            if count:
                self._counts[bucket] += count
        self.count += other.count
        self.longest = max(self.longest, other.longest)

    def percentile(self, percent: float) -> int:
        """Return the microseconds within which *percent* of all stayed; 0 where there are none."""
        wanted = percent / 100 * self.count
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return min(_upper_end(bucket), self.longest)
        return self.longest


def _upper_end(bucket: int) -> int:
    """Return the longest time that belongs to a bucket."""
    shift = max(bucket // _HALF - 1, 0)
    return ((bucket - shift * _HALF + 1) << shift) - 1
