"""What else the machine did while something was measured, as Linux counts it."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

_BEFORE, _STOLEN, _OTHERS = 0.10, 0.01, 0.15
"""The shares of one processor above which a run is called disturbed."""

_TICK = os.sysconf("SC_CLK_TCK")
_STAT = Path("/proc/stat")


class Disturbance:
    """
    Begin to watch; a second is spent on looking how busy the machine is before.

    What the processes that this one starts and waits for use is no disturbance.
    """

    def __init__(self) -> None:
        self._before = 0.0
        if _STAT.exists():
            busy, _ = _counted()
            time.sleep(1)
            self._before = _counted()[0] - busy
            self._busy, self._stolen = _counted()
        self._own = _own()
        self._began = time.monotonic()

    def told(self) -> str:
        """Say what has disturbed the work since, or nothing."""
        if not _STAT.exists():
            return ""
        passed = time.monotonic() - self._began
        busy, stolen = _counted()
        others = (busy - self._busy - (_own() - self._own)) / passed
        shares = [
            (self._before, _BEFORE, "{:.0%} of a processor in use before it began"),
            ((stolen - self._stolen) / passed, _STOLEN, "{:.0%} stolen by other machines"),
            (others, _OTHERS, "others used {:.0%} of a processor"),
        ]
        return ", ".join(text.format(share) for share, most, text in shares if share > most)


def _counted() -> tuple[float, float]:
    """Return the seconds in which processors worked, and those that were stolen from them."""
    user, nice, system, _, _, irq, softirq, steal = map(int, _STAT.read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / _TICK, steal / _TICK


def _own() -> float:
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in own)
