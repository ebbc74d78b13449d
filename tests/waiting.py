"""Wait for what no event tells of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def until(holds: Callable[[], T], seconds: float = 30) -> T:
    """Wait until something holds, at most for so long, and return it."""
    async with asyncio.timeout(seconds):
        while not (found := holds()):  # noqa: ASYNC110  # there is no event
            await asyncio.sleep(0.01)
    return found
