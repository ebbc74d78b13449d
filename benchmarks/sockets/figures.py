"""What all benchmarks of sockets print: ours, the peer, their ratio, the target, the verdict."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence

from .running import OURS, Server, serving

Measure = Callable[[Server], float]


def measured(names: Sequence[str], measure: Measure, runs: int) -> dict[str, float]:
    """Return the median of each server's figure, over runs in which each has its turn."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            with serving(name) as server:
                found[name].append(measure(server))
    return {name: statistics.median(figures) for name, figures in found.items()}


def title(what: str) -> None:
    """Print what is measured, and where; say so where others keep the machine busy."""
    print(
        f"{what}\nPython {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    )
    busy = os.getloadavg()[0]
    if busy > 1:
        print(f"disturbed: a load of {busy:.1f} before it began; trust the ratios, not the figures")
    print(f"  {'peer':16} {'ours':>12} {'peer':>12} {'ratio':>7} {'target':>10}")


def row(peer: str, ours: float, theirs: float, target: float | None, least: bool = True) -> None:
    """
    Print one comparison.

    Args:

        peer: Whom it is with.

        ours: Our figure.

        theirs: The peer's.

        target: What the ratio is to be; `None` where the peer is only shown.

        least: Whether the target is the least, or else the most.
    """
    ratio = ours / theirs if theirs else float("inf")
    shown = "" if target is None else f"{'≥' if least else '≤'} {target:g}"
    is_reached = target is None or (ratio >= target if least else ratio <= target)
    verdict = "" if target is None else "reached" if is_reached else "missed"
    if target is None and (ratio < 1) == least:
        verdict = "the peer is better"
    print(f"  {peer:16} {ours:12,.1f} {theirs:12,.1f} {ratio:7.2f} {shown:>10}  {verdict}")


def bound(what: str, ours: float, most: float, unit: str) -> None:
    """Print a figure that has a bound of its own."""
    verdict = "reached" if ours <= most else "missed"
    print(f"  {what}: {ours:,.1f} {unit}, at most {most:g}: {verdict}")


__all__ = ["OURS", "bound", "measured", "row", "title"]
