"""
A client of a room that resumes: it comes back, says what it heard last, and sends again what was
not accepted.

It sends a message when its last one was accepted. Several on their way could overtake one
another where one is refused and sent again.
"""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING, Any

from .clients import NORMAL, SECONDS_TO_CONNECT, Client, Refused
from .positions import Positions

if TYPE_CHECKING:
    from .run import Run

_FIRST, _LONGEST = 0.5, 30.0  # seconds; as guide/websockethandler/reconnecting-socket.js has them
_POLICY, _APPLICATION = 1008, 4000  # closes after which nobody is to come back


class ResumingClient(Client):
    """A client that speaks JSON with its room, as `?since=` asks for."""

    def __init__(self, run: Run, number: int) -> None:
        super().__init__(run, number)
        self._turn = number  # which of the addresses is next
        self._positions = Positions()
        self._is_joined = False
        self._joining: asyncio.Future[None] | None = None
        self._pending: dict[str, str] | None = None  # what it sent, until it is accepted
        self._bound = _FIRST
        self._coming_back: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether it sent a message that the server is yet to accept."""
        return self._pending is not None

    async def connect(self) -> None:
        """
        Open the connection, and wait until the server says which room this is.

        Raises:

            Refused: The server can't be reached, does not let it in, or says nothing of a room.
        """
        self._joining = asyncio.get_running_loop().create_future()
        await self._open(self._address())
        try:
            await asyncio.wait_for(self._joining, SECONDS_TO_CONNECT)
        except TimeoutError:
            self.abort()
            raise Refused("joined no room that resumes; leave out --resume") from None

    def publish(self) -> None:
        """Send the next message, and keep it until it is accepted."""
        self._is_queued = False
        if not self._may_publish():
            return
        identity = f"{self._run.number}-{self._number}-{self._run.tally.sent[self._number]}"
        self._pending = {"type": "send", "id": identity, "text": self._next_text()}
        self._send_pending()

    def close(self) -> None:
        """Begin to leave, and do not come back."""
        for cancelled in (self._coming_back, self._again):
            if cancelled is not None:
                cancelled.cancel()
        super().close()

    def received(self, message: bytes) -> None:
        """Take what the server says: an object with a type."""
        try:
            self._take(json.loads(message))
        except (ValueError, TypeError, KeyError, AttributeError):  # not what a room says
            self._run.numbers.others += 1

    def _take(self, said: dict[str, Any]) -> None:
        kind = said["type"]
        if kind == "message":
            behind = self._positions.is_behind(said["room"], said["offset"])
            self._hear(said.get("text", "").encode(), behind=behind)
        elif kind == "joined":
            self._join(said)
        elif kind == "reset":
            self._run.numbers.not_recovered += 1
            self._positions.reset(said["room"], said["epoch"])
        elif kind == "accepted":
            self._accepted(said["id"])
        elif kind == "refused":
            self._refused(said["id"], said["reason"])

    def _address(self) -> str:
        """Return the next address, with what was heard last."""
        addresses = self._run.plan.addresses
        address = addresses[self._turn % len(addresses)]
        self._turn += 1
        return f"{address}{'&' if '?' in address else '?'}{self._positions.query()}"

    def _join(self, said: dict[str, Any]) -> None:
        recovered = said.get("recovered")
        self._positions.joined(
            said["room"], said["epoch"], said["offset"], goes_on=recovered is True
        )
        if recovered is False:
            self._run.numbers.not_recovered += 1
        if self._joining is not None and not self._joining.done():
            self._joining.set_result(None)
            self._is_joined = True
            self._bound = _FIRST
            if self._pending is not None:
                self._send_pending()
            else:
                self._be_ready()

    def _send_pending(self) -> None:
        if self._pending is not None and self.is_open:
            self._send(json.dumps(self._pending))

    def _accepted(self, identity: str) -> None:
        if self._pending is not None and self._pending["id"] == identity:
            self._pending = None
            self._run.tally.due[self._number] += 1
            self._be_ready()

    def _refused(self, identity: str, reason: str) -> None:
        """Send it again, a little later."""
        self._run.numbers.refused[reason] += 1
        if self._pending is not None and self._pending["id"] == identity:
            loop = asyncio.get_running_loop()
            self._again = loop.call_later(self._jitter(), self._send_pending)

    def _may_publish(self) -> bool:
        return super()._may_publish() and self._is_joined and self._pending is None

    def _lost(self, code: int) -> None:
        was_joined, self._is_joined = self._is_joined, False
        if self._joining is not None and not self._joining.done():
            self._joining.set_exception(Refused(f"closed with {code} before it had joined"))
        elif code in (NORMAL, _POLICY) or code >= _APPLICATION:
            self.closed.set()
        elif was_joined:
            self._coming_back = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        """Try until it is back in its room."""
        while not self._is_leaving:
            await asyncio.sleep(self._jitter())
            try:
                await self.connect()
            except Refused:
                continue
            self._run.numbers.reconnects += 1
            return

    def _jitter(self) -> float:
        """Return a random wait, below a bound that doubles each time: full jitter."""
        wait = random.random() * self._bound
        self._bound = min(self._bound * 2, _LONGEST)
        return wait
