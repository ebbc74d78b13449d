"""Run pieces of work in turn, and print the median of each."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping

Timed = Callable[[], float]
"""Does a piece of work once and returns how long it took, in seconds."""


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
