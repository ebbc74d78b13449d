"""Run pieces of work in turn; print the median of each, and of their ratios pair by pair."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping

Timed = Callable[[], float]
"""Does a piece of work once and returns how long it took, in seconds."""


def compare(ours: str, floor: str, work: Mapping[str, Timed], runs: int = 5) -> None:
    """
    Time each piece of work *runs* times, and print the medians and the ratio of two of them.

    Args:

        ours: The name of our piece of work.

        floor: The name of the one it is compared with.

        work: The pieces of work by name.

        runs: How often each is counted.
    """
    seconds = timings(work, runs)
    ratios = [a / b for a, b in zip(seconds[ours], seconds[floor], strict=True)]
    print(
        f"  ratio: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        f" of {ours} to {floor}"
    )


def timings(work: Mapping[str, Timed], runs: int, what: str = "") -> dict[str, list[float]]:
    """
    Time each piece of work *runs* times, interleaved, after one warm-up; print the medians.

    Args:

        work: The pieces of work by name.

        runs: How often each is counted.

        what: What is worked on, for the headline.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for run in range(runs + 1):
        for name, timed in work.items():
            taken = timed()
            if run:
                seconds[name].append(taken)
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(", ".join(filter(None, [what, f"Python {platform.python_version()}", system])), end=", ")
    print(f"load {os.getloadavg()[0]:.1f}, median of {runs} runs")
    for name, taken in seconds.items():
        print(
            f"  {name:48} {statistics.median(taken):7.3f} s ({min(taken):.3f} to {max(taken):.3f})"
        )
    return seconds


def median_ratio(ours: list[float], floor: list[float]) -> float:
    """Return the median of the ratios of two pieces of work, run by run."""
    return statistics.median(a / b for a, b in zip(ours, floor, strict=True))
