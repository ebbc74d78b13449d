"""How much of one kind of line is let into the log, so that no stranger can fill a disk. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound=Hashable)


class Flood(Generic[Kind]):
    """Lets so many lines of each kind through in a second, and counts the others."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._seen: Counter[Kind] = Counter()
        self._left_out: Counter[Kind] = Counter()

    def lets(self, kind: Kind, most: int) -> bool:
        """Count a line, and say whether it is one of the first *most* of its kind."""
        self._seen[kind] += 1
        if self._seen[kind] <= most:
            return True
        self._left_out[kind] += 1
        return False

    def is_over(self, now: float) -> bool:
        """Say whether the second that is counted has passed, at *now* of a steady clock."""
        return now - self._since >= 1

    def begin(self, now: float) -> Counter[Kind]:
        """Begin another second; return how many lines of each kind were left out in the last."""
        left_out, self._left_out = self._left_out, Counter()
        self._seen.clear()
        self._since = now
        return left_out
