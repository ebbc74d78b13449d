"""
What each client heard of each sender: what is lost, doubled, or out of order.

A sender numbers its messages from 0 without gaps, so that everybody who hears it can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["room", "others", "echo"]
"""Who hears a message: all, all but its sender, or its sender alone."""

MODES: tuple[Mode, ...] = ("room", "others", "echo")


class Hearing:
    """
    What one client heard.

    Args:

        sent: How many messages each sender has sent. The list is shared, and grows in place.

    Attributes:

        heard: How many messages, each counted once.

        doubled: How many were heard again.

        out_of_order: How many were heard after a later one.
    """

    def __init__(self, sent: list[int]) -> None:
        self._sent = sent
        self._next = [0] * len(sent)
        self._gaps: dict[int, list[range]] = {}  # what is missing below next, by sender
        self.heard = 0
        self.doubled = 0
        self.out_of_order = 0

    def hear(self, sender: int, number: int, *, behind: bool = False) -> bool:
        """
        Note a message; return whether it was sent, and is heard for the first time.

        *behind* tells that its room had a later one before, whoever sent that.
        """
        if not 0 <= sender < len(self._next):
            return False
        expected = self._next[sender]
        if number != expected:
            return self._hear_out_of_turn(sender, number, expected)
        self._next[sender] = number + 1
        self.heard += 1
        self.out_of_order += behind
        return True

    def _hear_out_of_turn(self, sender: int, number: int, expected: int) -> bool:
        if number >= self._sent[sender]:
            return False  # never sent: the text was damaged on its way
        gaps = self._gaps.setdefault(sender, [])
        if number > expected:
            gaps.append(range(expected, number))
            self._next[sender] = number + 1
            self.heard += 1
            return True
        for place, gap in enumerate(gaps):
            if number in gap:
                parts = (range(gap.start, number), range(number + 1, gap.stop))
                gaps[place : place + 1] = [part for part in parts if part]
                self.heard += 1
                self.out_of_order += 1
                return True
        self.doubled += 1
        return False

    def heard_of(self, sender: int) -> bool:
        """Return whether anything of this sender was heard."""
        return sender < len(self._next) and self._next[sender] > 0

    def senders_heard(self) -> int:
        """Return of how many senders anything was heard."""
        return len(self._next) - self._next.count(0)

    def has_all(self, sent: list[int]) -> bool:
        """Return whether all of these, and no others, were heard: a quick look."""
        return self._next == sent and not any(self._gaps.values())

    def missing(self, sender: int, sent: int) -> int:
        """Return how many of the first *sent* messages of a sender were not heard."""
        gaps = sum(map(len, self._gaps.get(sender, ())))
        return gaps + max(0, sent - self._next[sender])


@dataclass(frozen=True)
class Verdict:
    """What became of all messages of a run, counted once for each client that was to hear them."""

    mode: Mode
    expected: int
    delivered: int
    lost: int
    doubled: int
    out_of_order: int

    @property
    def good(self) -> bool:
        """Whether all was delivered, once, and in order."""
        return not (self.lost or self.doubled or self.out_of_order)


class Tally:
    """
    What all clients heard. The first clients are the senders, and have the same numbers.

    Args:

        clients: How many listen.

        senders: How many of them send.

    Attributes:

        sent: How many messages each sender has sent.

        due: How many of them must arrive: all, unless the server is yet to accept some.

        hearings: What each client heard.
    """

    def __init__(self, clients: int, senders: int) -> None:
        self.sent = [0] * senders
        self.due = [0] * senders
        self.hearings = [Hearing(self.sent) for _ in range(clients)]

    @property
    def heard(self) -> int:
        """How many deliveries there were, each counted once."""
        return sum(hearing.heard for hearing in self.hearings)

    def mode(self) -> Mode:
        """Return who seems to hear a message, by what was heard so far."""
        listening = list(enumerate(self.hearings))
        own = any(hearing.heard_of(client) for client, hearing in listening)
        others = any(
            hearing.senders_heard() > hearing.heard_of(client) for client, hearing in listening
        )
        if own and not others:
            return "echo"
        return "others" if others and not own else "room"

    def expected(self, mode: Mode) -> int:
        """Return how many deliveries there must be."""
        hearers = {"room": len(self.hearings), "others": len(self.hearings) - 1, "echo": 1}
        return sum(self.due) * hearers[mode]

    def verdict(self, mode: Mode) -> Verdict:
        """Return what became of everything that must arrive."""
        listening = enumerate(self.hearings)
        lost = sum(self._lost_by(client, hearing, mode) for client, hearing in listening)
        return Verdict(
            mode=mode,
            expected=self.expected(mode),
            delivered=self.heard,
            lost=lost,
            doubled=sum(hearing.doubled for hearing in self.hearings),
            out_of_order=sum(hearing.out_of_order for hearing in self.hearings),
        )

    def _lost_by(self, client: int, hearing: Hearing, mode: Mode) -> int:
        if mode == "echo":
            return hearing.missing(client, self.due[client]) if client < len(self.due) else 0
        if hearing.has_all(self.due):
            return 0
        return sum(
            hearing.missing(sender, due)
            for sender, due in enumerate(self.due)
            if mode == "room" or sender != client
        )
