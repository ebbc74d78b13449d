"""How often an address may try to log in, counted without any I/O."""

from __future__ import annotations

from collections import OrderedDict, deque

from .addresses import client_network

MOST_ATTEMPTS = 10
"""How many attempts that fail an address has within `SECONDS`."""

SECONDS = 60
"""The time in which attempts are counted."""

_MOST_ADDRESSES = 10_000


class Attempts:
    """The attempts of the last minute, by the address that they came from."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, address: str, now: float) -> float:
        """
        Count an attempt, unless there were too many.

        Args:

            address: Where it comes from.

            now: The time, in seconds.

        Returns:

            0, or the seconds after which there may be another.
        """
        times = self._times.setdefault(client_network(address), deque())
        self._times.move_to_end(client_network(address))
        while len(self._times) > _MOST_ADDRESSES:
            self._times.popitem(last=False)
        while times and times[0] <= now - SECONDS:
            times.popleft()
        if len(times) >= MOST_ATTEMPTS:
            return times[0] + SECONDS - now
        times.append(now)
        return 0

    def succeeded(self, address: str) -> None:
        """Take back the last attempt: it was no guess."""
        times = self._times.get(client_network(address))
        if times:
            times.pop()
