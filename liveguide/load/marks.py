"""
What every message carries: of which run it is, who sent it, its number, and when.

A mark survives a server that puts text around it, writes it into JSON or HTML, or changes its
case: it has digits, dots and tildes only.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LEAST_SIZE = 64
"""Bytes that hold any mark."""

MOST_RUNS = 10**9


class Mark(NamedTuple):
    """
    What a message says of itself.

    Attributes:

        sender: Which publisher sent it, from 0.

        number: How many that publisher had sent before.

        sent_at: When, in microseconds of this machine's monotonic clock.
    """

    sender: int
    number: int
    sent_at: int


class Marks:
    """
    Writes and finds the marks of one run.

    Args:

        run: The run's number, below `MOST_RUNS`; marks of others are not found.

        size: How long a message is, in bytes; at least `LEAST_SIZE`.
    """

    def __init__(self, run: int, size: int = LEAST_SIZE) -> None:
        self._run = run
        self._size = size
        self._pattern = re.compile(rb"~%d\.(\d{1,9})\.(\d{1,12})\.(\d{1,18})~" % run)

    def text(self, mark: Mark) -> str:
        """Return the text of a message that carries *mark*."""
        text = f"~{self._run}.{mark.sender}.{mark.number}.{mark.sent_at}~"
        return text.ljust(self._size, "x")

    def find(self, message: bytes) -> Mark | None:
        """Return the mark in a message, or `None` where there is none of this run."""
        found = self._pattern.search(message)
        return Mark._make(map(int, found.groups())) if found else None
