"""Who came and went, gathered for a moment: a room of thousands is told a few times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from .engine import Member

EVERY = 0.25
"""Seconds for which changes are gathered."""


class Changes:
    """
    Gathers changes.

    Args:

        tell: Called with the names of those who came, and of those who went.
    """

    def __init__(self, tell: Callable[[Sequence[str], Sequence[str]], None]) -> None:
        self._tell = tell
        self._joined: dict[str, str] = {}
        self._left: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, joined: Sequence[Member], left: Sequence[Member]) -> None:
        """Take note of changes; who came and went meanwhile is not named."""
        for member in joined:
            self._joined[member.id] = member.name or ""
        for member in left:
            if self._joined.pop(member.id, None) is None:
                self._left[member.id] = member.name or ""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._told)

    def stop(self) -> None:
        """Forget them: nobody is there to be told."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._joined, self._left = {}, {}

    def _told(self) -> None:
        joined, left = self._joined, self._left
        self.stop()
        self._tell([*filter(None, joined.values())], [*filter(None, left.values())])
