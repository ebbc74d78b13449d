"""How often an address may try to log in, at all processes of one Redis together."""

from __future__ import annotations

import contextlib
import time

from ...rooms.engine import Exchange, NotAccepted
from .addresses import client_network
from .attempts import MOST_ATTEMPTS, SECONDS, Attempts

_BEGIN = """\
-- KEYS: the times of an address's attempts. ARGV: for how many seconds one counts; how many may.
-- Returns 0, or the milliseconds after which there may be another.
local time = redis.call('TIME')
local now, kept = time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1] * 1000
local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - kept do
  redis.call('RPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], -1)
end
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[2]) then return oldest + kept - now end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 0
"""


class SharedAttempts:
    """
    The attempts of the last minute: those at this process, and at all where there is a Redis.

    While it is away, or full, each process counts for itself.

    Attributes:

        exchange: The Redis.
    """

    exchange: Exchange | None = None

    def __init__(self) -> None:
        self._here = Attempts()

    async def begin(self, address: str) -> float:
        """Count an attempt; return 0, or the seconds after which there may be one."""
        # First, so that who tries without end asks Redis nothing.
        wait = self._here.begin(address, time.monotonic())
        if wait or self.exchange is None:
            return wait
        milliseconds = 0
        with contextlib.suppress(ConnectionError, NotAccepted):
            asked = ("EVAL", _BEGIN, 1, _key(address), SECONDS, MOST_ATTEMPTS)
            (milliseconds,) = await self.exchange.ask(asked)
        if milliseconds:
            self._here.succeeded(address)  # it is none
        return milliseconds / 1000

    async def succeeded(self, address: str) -> None:
        """Take back the last attempt: it was no guess."""
        self._here.succeeded(address)
        if self.exchange is not None:
            with contextlib.suppress(ConnectionError, NotAccepted):
                await self.exchange.ask(("LPOP", _key(address)))


def _key(address: str) -> str:
    return f"liveguide:attempts:{client_network(address)}"
