"""The histogram of latencies."""

from __future__ import annotations

import random

import pytest

from liveguide.load.latencies import Latencies


def counted(times: list[int]) -> Latencies:
    """Return a histogram of these times, in microseconds."""
    latencies = Latencies()
    for time in times:
        latencies.add(time)
    return latencies


def test_percentiles_are_right_within_a_hundredth() -> None:
    """Over all magnitudes, from microseconds to minutes; the longest is exact."""
    rng = random.Random(7)
    times = sorted(int(10 ** rng.uniform(0, 8)) for _ in range(10_000))
    latencies = counted(times)

    for percent in (1, 10, 50, 90, 99, 99.9):
        exact = times[max(0, round(percent / 100 * len(times)) - 1)]
        assert latencies.percentile(percent) == pytest.approx(exact, rel=0.01, abs=1)
    assert latencies.percentile(100) == latencies.longest == times[-1]
    assert latencies.count == 10_000


def test_every_short_time_has_its_own_place() -> None:
    """Up to a quarter of a millisecond nothing is rounded."""
    assert [counted([time]).percentile(50) for time in range(256)] == list(range(256))


@pytest.mark.parametrize("time", [-5, 0, 255, 256, 257, 511, 512, 10**6, 2**36 - 1, 2**40])
def test_a_single_time_is_all_percentiles(time: int) -> None:
    """Clocks that go back and times without end are bounded."""
    latencies = counted([time])

    bounded = min(max(time, 0), 2**36 - 1)
    assert {latencies.percentile(percent) for percent in (0.1, 50, 99.9)} == {bounded}


def test_without_times_all_is_nothing() -> None:
    """There is no percentile of nothing."""
    assert (Latencies().percentile(99), Latencies().longest) == (0, 0)


def test_two_together_are_as_one() -> None:
    """What is counted in pieces is the same as what is counted at once."""
    times = [random.Random(3).randrange(10**6) for _ in range(100)]
    together = counted(times[:30])
    together.merge(counted(times[30:]))

    assert vars(together) == vars(counted(times))
