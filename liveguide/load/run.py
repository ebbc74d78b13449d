"""A run: connect all, publish at a steady rate, wait for what is on its way, close all."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import time
from collections import deque
from collections.abc import Iterable

from .clients import Client, Refused
from .latencies import Latencies
from .marks import MOST_RUNS, Marks
from .outcome import Numbers, Outcome
from .plan import Plan
from .resuming import ResumingClient
from .tally import Mode, Tally

_SECONDS_TO_CLOSE = 2
_MOST_AT_ONCE = 256  # messages that are sent before answers are read
_LATE = 0.1  # seconds
_SHORTEST_PAUSE = 0.001  # as short as the system's timers make sense
_SECONDS_BETWEEN_LOOKS = 0.02


class Run:
    """
    One run, from the first connection to the last.

    Args:

        plan: What is asked for.

    Attributes:

        doing: What goes on at the moment, in a word.

        number: Which run this is; others at the same time have others.

        numbers: What was counted so far.

        tally: What was heard so far.

        latencies: How long deliveries took, but those of `recent`.

        recent: How long deliveries took since somebody last looked.

        last_heard_at: When something was heard last, in microseconds of the monotonic clock.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.doing = "connecting"
        self.numbers = Numbers()
        self.number = random.randrange(MOST_RUNS)
        self.marks = Marks(self.number, plan.size)
        self.tally = Tally(0, 0)
        self.latencies = Latencies()
        self.recent = Latencies()
        self._is_stopping = False
        self._has_enough = False
        self._is_late = False  # could not send what was due, though there was somebody to do so
        self.clients: list[Client] = []
        self.ready: deque[Client] = deque()  # publishers that may send
        self.last_heard_at = 0

    async def go(self) -> Outcome:
        """
        Do everything, and tell what became of it.

        Raises:

            Refused: Nobody could connect.
        """
        started, used = time.monotonic(), time.process_time()
        await self._connect_all()
        connected = time.monotonic()
        self._meet()
        met, used_to_meet = time.monotonic(), time.process_time()
        try:
            await self._publish()
            published, used_to_publish = time.monotonic(), time.process_time()
            await self._settle()
            stayed = sum(not client.closed.is_set() for client in self.clients)
        finally:
            await self._close_all()
            gc.unfreeze()
        self.look()
        return Outcome(
            plan=self.plan,
            connected=len(self.clients),
            connect_seconds=connected - started,
            stayed=stayed,
            publishers=len(self.tally.sent),
            publish_seconds=published - met,
            deliver_seconds=max(self.last_heard_at / 1e6 - met, 0),
            was_late=self._is_late,
            busy=(used_to_publish - used_to_meet) / max(published - met, 1e-6),
            processor_seconds=time.process_time() - used,
            verdict=self.tally.verdict(self._mode()),
            accepted=sum(self.tally.due),
            latencies=self.latencies,
            numbers=self.numbers,
        )

    def stop(self) -> None:
        """Send no more, but wait for what is on its way; or if that is so already, do not wait."""
        self._has_enough = self._is_stopping or self.doing != "publishing"
        self._is_stopping = True

    def look(self) -> Latencies:
        """Return how long deliveries took since the last look."""
        recent, self.recent = self.recent, Latencies()
        self.latencies.merge(recent)
        return recent

    async def _connect_all(self) -> None:
        """
        Open all connections, at the rate that is asked for; those that fail are counted.

        Raises:

            Refused: All failed.
        """
        kind = ResumingClient if self.plan.resume else Client
        started = time.monotonic()
        opening: list[asyncio.Task[None]] = []
        for number in range(self.plan.clients):
            wait = started + number / self.plan.connect_rate - time.monotonic()
            if self._is_stopping:
                break
            await asyncio.sleep(max(wait, 0))
            opening.append(asyncio.create_task(self._connect(kind(self, number))))
        await asyncio.gather(*opening)
        if not self.clients:
            reasons = [reason for reason, _ in self.numbers.failures.most_common(1)]
            raise Refused(reasons[0] if reasons else "stopped before any could connect")

    async def _connect(self, client: Client) -> None:
        try:
            await client.connect()
        except Refused as error:
            self.numbers.failures[str(error)] += 1
        else:
            self.clients.append(client)

    def _meet(self) -> None:
        """Give those who are connected their numbers; the first of them publish."""
        senders = min(self.plan.publishers, len(self.clients))
        self.tally = Tally(len(self.clients), senders)
        for number, client in enumerate(self.clients):
            client.meet(number, self.tally.hearings[number], publishes=number < senders)
        # What was needed to connect stays, so that nobody need look for garbage in it.
        gc.collect()
        gc.freeze()

    async def _publish(self) -> None:
        """Send what is due, until all is sent, or the time is over, or nothing can be sent."""
        self.doing = "publishing"
        started = moved = time.monotonic()
        before = 0
        while (sent := self.numbers.sent) < self.plan.all and not self._is_stopping:
            now = time.monotonic()
            if self.plan.seconds is not None and now - started >= self.plan.seconds:
                break
            due = self.plan.due(now - started)
            self._is_late = due - sent > _LATE * self.plan.rate and bool(self.ready)
            for _ in range(min(due - sent, len(self.ready), _MOST_AT_ONCE)):
                self.ready.popleft().publish()
            if self.numbers.sent == due:
                moved = now
            elif now - moved > self.plan.wait:  # counting all takes time, so it is done rarely
                if (progress := self._progress()) == before:
                    break
                before, moved = progress, now
            if self._is_hopeless():
                break
            await self._pause(started + self.numbers.sent / self.plan.rate - time.monotonic())

    async def _settle(self) -> None:
        """Wait until all is heard that must be, or nothing has come for long."""
        self.doing = "waiting"
        moved, before = time.monotonic(), -1
        while not (self._is_complete() or self._has_enough or self._is_hopeless()):
            if (progress := self._progress()) != before:
                before, moved = progress, time.monotonic()
            elif time.monotonic() - moved > self.plan.wait:
                break
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def _pause(self, seconds: float) -> None:
        """Wait until the next message is due, and let others go on in any case."""
        shortest = 0 if seconds <= 0 and self.ready else _SHORTEST_PAUSE
        await asyncio.sleep(min(max(seconds, shortest), 0.1))

    def _progress(self) -> int:
        return self.numbers.sent + sum(self.tally.due) + self.tally.heard

    def _is_hopeless(self) -> bool:
        """Return whether nobody is connected, and nobody will be."""
        return all(client.closed.is_set() for client in self.clients)

    def _is_complete(self) -> bool:
        mode = self._mode()
        return (
            not any(client.waits for client in self.clients)
            and self.tally.heard >= self.tally.expected(mode)
            and self.tally.verdict(mode).lost == 0
        )

    def _mode(self) -> Mode:
        return self.plan.mode or self.tally.mode()

    async def _close_all(self) -> None:
        """Close what is open, and wait a moment for the server to agree."""
        self.doing = "closing"
        for client in self.clients:
            client.close()
        await _within(_SECONDS_TO_CLOSE, [client.closed for client in self.clients])
        for client in self.clients:
            client.abort()


async def _within(seconds: float, events: Iterable[asyncio.Event]) -> None:
    """Wait until all are set, but no longer."""
    waiting = asyncio.gather(*(event.wait() for event in events))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(waiting, seconds)
