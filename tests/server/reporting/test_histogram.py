"""Durations in buckets."""

from __future__ import annotations

from liveguide.server.reporting.histogram import BOUNDS, Histogram


def test_each_bucket_counts_all_up_to_its_end() -> None:
    """A duration that is a bucket's end belongs to it, and the last has no end."""
    histogram = Histogram()
    for seconds in (0.0, 0.001, 0.0011, 99.0):
        histogram.observe(seconds)

    buckets = dict(histogram.cumulative())
    assert list(buckets) == [*map(str, BOUNDS), "+Inf"]
    assert buckets["0.001"] == 2
    assert buckets["0.0025"] == buckets["5.0"] == 3
    assert buckets["+Inf"] == 4
    assert round(histogram.total, 4) == 99.0021
