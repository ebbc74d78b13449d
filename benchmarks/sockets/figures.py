"""Measure several servers in turn, and tell the figures."""

from __future__ import annotations

from collections.abc import Callable

from speed.results import tell
from speed.targets import MEASURES

from .running import OURS, Server, serving

Measure = Callable[[Server], float]


def compare(name: str, measure: Measure, runs: int) -> None:
    """
    Tell a figure of ours beside those of its peers.

    Args:

        name: The measure, which names the peers.

        measure: Finds the figure of a server.

        runs: How often each server is started and measured, in turn.
    """
    names = [OURS, *MEASURES[name].peers]
    found: dict[str, list[float]] = {each: [] for each in names}
    for _ in range(runs):
        for each in names:
            with serving(each) as server:
                found[each].append(measure(server))
    tell(name, found.pop(OURS), found)
