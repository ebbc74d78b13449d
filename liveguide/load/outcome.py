"""What became of a run, and how it is told: as a table for people, as JSON for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .latencies import Latencies
from .plan import Plan
from .tally import Verdict

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9}
_HEARD_BY = {
    "room": "each by all",
    "others": "each by all but its sender",
    "echo": "each by its sender",
}
_BUSY = 0.9  # of a core: from here on, times may be ours and not the server's
_REACHED = 0.95  # of the rate


@dataclass
class Numbers:
    """
    What is counted while a run goes on.

    Attributes:

        sent: Messages, each counted once, however often it was sent.

        others: Messages that were heard and are not of this run.

        reconnects: How often a client came back.

        not_recovered: How often one could not be told all that it had missed.

        closes: Connections that the server ended, by close code.

        refused: Messages that the server did not accept at once, by its reason.

        failures: Clients that could not connect, by reason.
    """

    sent: int = 0
    others: int = 0
    reconnects: int = 0
    not_recovered: int = 0
    closes: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Outcome:
    """
    What became of a run.

    Attributes:

        connected: How many clients could connect.

        stayed: How many of them were there to the end, or would have come back.

        publishers: How many of them sent.

        deliver_seconds: From the first message to the last delivery.

        was_late: Whether this tool sent less than it could have sent.

        busy: What part of a core this tool needed while it published.

        processor_seconds: What it needed in all.

        verdict: What became of the messages.

        accepted: How many of those that were sent the server has accepted, as far as it says.
    """

    plan: Plan
    connected: int
    connect_seconds: float
    stayed: int
    publishers: int
    publish_seconds: float
    deliver_seconds: float
    was_late: bool
    busy: float
    processor_seconds: float
    verdict: Verdict
    accepted: int
    latencies: Latencies
    numbers: Numbers

    @property
    def good(self) -> bool:
        """Whether all connected and stayed, and heard everything, once and in order."""
        stayed = self.stayed == self.plan.clients and not self.numbers.not_recovered
        return stayed and self.verdict.good

    def as_json(self) -> dict[str, Any]:
        """Return all of it for machines; times are in seconds, latencies in milliseconds."""
        return {
            "good": self.good,
            "addresses": list(self.plan.addresses),
            "clients": self.plan.clients,
            "connected": self.connected,
            "connected_per_second": _per_second(self.connected, self.connect_seconds),
            "publishers": self.publishers,
            "rate": self.plan.rate,
            "seconds": self.publish_seconds,
            "sent": self.numbers.sent,
            "sent_per_second": _per_second(self.numbers.sent, self.publish_seconds),
            "accepted": self.accepted if self.plan.resume else None,
            "mode": self.verdict.mode,
            "expected": self.verdict.expected,
            "delivered": self.verdict.delivered,
            "delivered_per_second": _per_second(self.verdict.delivered, self.deliver_seconds),
            "latency": {name: value / 1000 for name, value in self._latencies()},
            "lost": self.verdict.lost,
            "doubled": self.verdict.doubled,
            "out_of_order": self.verdict.out_of_order,
            "tool": {"busy": self.busy, "processor_seconds": self.processor_seconds},
            **{name: value for name, value in vars(self.numbers).items() if name != "sent"},
        }

    def lines(self) -> list[str]:
        """Return the lines of a table for people, and of what they should know besides."""
        rows = list(self._rows())
        width = max(len(name) for name, _ in rows) + 3
        table = [f"{name:{width}}{value}" for name, value in rows]
        remarks = list(self._remarks())
        return [*table, *([""] if remarks else []), *remarks]

    def _rows(self) -> Iterator[tuple[str, str]]:
        numbers, verdict = self.numbers, self.verdict
        some = "" if self.connected == self.plan.clients else f" of {self.plan.clients:,}"
        yield (
            "clients",
            f"{self.connected:,}{some}, {_rate(self.connected, self.connect_seconds)}",
        )
        yield (
            "sent",
            f"{numbers.sent:,} by {self.publishers:,}, {_rate(numbers.sent, self.publish_seconds)}",
        )
        if self.plan.resume:
            yield "accepted", f"{self.accepted:,}"
        yield (
            "delivered",
            f"{verdict.delivered:,}, {_rate(verdict.delivered, self.deliver_seconds)}, "
            f"{_HEARD_BY[verdict.mode]}",
        )
        yield "latency", ", ".join(f"{name} {_ms(value)}" for name, value in self._latencies())
        yield "lost", f"{verdict.lost:,}"
        yield "doubled", f"{verdict.doubled:,}"
        yield "out of order", f"{verdict.out_of_order:,}"
        if self.plan.resume:
            yield "reconnects", f"{numbers.reconnects:,}, {numbers.not_recovered:,} not recovered"
            yield "refused", _counted(numbers.refused) or "0"
        yield "closed", _counted(numbers.closes) or "0"
        if numbers.failures:
            yield "not connected", _counted(numbers.failures)
        if numbers.others:
            yield "other messages", f"{numbers.others:,}"
        yield "this tool", f"{self.busy:.0%} of a core"

    def _remarks(self) -> Iterator[str]:
        """Yield what may be wrong with the numbers themselves."""
        achieved = _per_second(self.numbers.sent, self.publish_seconds)
        if self.busy > _BUSY:
            yield "This tool had no time left: latencies may be its own. Ask for less, or run two."
        if achieved < _REACHED * self.plan.rate:
            why = "this machine was too busy" if self.was_late else "the server took no more"
            asked = _short(self.plan.rate)
            yield f"{_short(achieved)} messages a second were sent, not {asked}: {why}."
        if self.numbers.sent and not self.verdict.delivered:
            yield "Nothing came back: does the server answer with what it is sent, or tell others?"

    def _latencies(self) -> Iterator[tuple[str, int]]:
        for name, percent in PERCENTILES.items():
            yield name, self.latencies.percentile(percent)
        yield "max", self.latencies.longest


def _per_second(count: int, seconds: float) -> float:
    return count / seconds if seconds else 0.0


def _rate(count: int, seconds: float) -> str:
    return f"{_short(_per_second(count, seconds))} a second"


def _short(number: float) -> str:
    """Return a number with as many digits as mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _ms(microseconds: int) -> str:
    milliseconds = microseconds / 1000
    return f"{milliseconds:,.0f} ms" if milliseconds >= 100 else f"{milliseconds:.3g} ms"


def _counted(counter: Counter[Any]) -> str:
    return ", ".join(f"{key} ({count:,} times)" for key, count in counter.most_common())
