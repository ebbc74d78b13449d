"""What a soak has shown: is memory flat, and is anything left? Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

MIB = 1024 * 1024
SLACK = 3 * MIB
"""Bytes by which memory may seem to grow: allocators keep what they may need again."""

FEW = 500
"""Objects that may be alive afterwards besides those before: caches fill."""


def grown(memory: Sequence[float]) -> float:
    """Return by how many bytes the last third of the samples is above the first."""
    third = max(1, len(memory) // 3)
    return median(memory[-third:]) - median(memory[:third])


def faults(
    memory: Sequence[float], before: Mapping[str, float], after: Mapping[str, float]
) -> list[str]:
    """
    Return what is not as it should be.

    Args:

        memory: The bytes that the process held, in samples at equal distances.

        before: What was alive when nobody was there: tasks, timers, receivers, descriptors.

        after: The same when all had left.
    """
    found = []
    if grown(memory) > max(SLACK, median(memory) * 0.03):
        found.append(f"memory has grown by {grown(memory) / MIB:.1f} MiB")
    for name, was in before.items():
        allowed = was + (FEW if name == "objects" else 0)
        if after[name] > allowed:
            found.append(f"{after[name] - was:g} {name} are left")
    return found
