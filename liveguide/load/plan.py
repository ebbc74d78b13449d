"""What a run is asked to do."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass

from ..errors import UsageError
from .tally import Mode

_DEFAULT_SECONDS = 10.0
_MOST_PUBLISHERS = 1000  # by default: each client counts the messages of each


@dataclass(frozen=True)
class Plan:
    """
    What is asked for.

    Attributes:

        addresses: Where the clients connect, in turns.

        clients: How many there are.

        publishers: How many of them send.

        rate: Messages a second, of all publishers together.

        seconds: How long they send; `None` until all messages are sent.

        messages: How many they send; `None` as many as the time allows.

        size: Bytes of a message.

        connect_rate: Connections that are opened a second.

        wait: Seconds without any progress after which nothing more is hoped for.

        mode: Who hears a message; `None` to find out.

        resume: Whether to speak the protocol of rooms that resume.

        headers: Further headers of the opening handshake.
    """

    addresses: tuple[str, ...]
    clients: int
    publishers: int
    rate: float
    seconds: float | None = None
    messages: int | None = None
    size: int = 100
    connect_rate: float = 500
    wait: float = 10
    mode: Mode | None = None
    resume: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    def due(self, seconds: float) -> int:
        """Return how many messages must have been sent so long after the first."""
        most = (
            self.messages if self.messages is not None else round(self.rate * (self.seconds or 0))
        )
        return min(int(seconds * self.rate) + 1, max(most, 1))

    @property
    def all(self) -> int:
        """How many messages there are in all."""
        return self.due(float(10**9))

    @classmethod
    def of(cls, options: Namespace) -> Plan:
        """
        Return what the command line asks for.

        Raises:

            UsageError: There are to be more publishers than clients.
        """
        publishers = options.publishers or min(options.clients, _MOST_PUBLISHERS)
        if publishers > options.clients:
            raise UsageError(
                f"{publishers} of {options.clients} clients can't publish; "
                "make --clients more, or --publishers less"
            )
        seconds = options.duration
        if seconds is None and options.messages is None:
            seconds = _DEFAULT_SECONDS
        origin = [("Origin", options.origin)] if options.origin else []
        return cls(
            addresses=tuple(options.addresses),
            clients=options.clients,
            publishers=publishers,
            rate=options.rate,
            seconds=seconds,
            messages=options.messages,
            size=options.size,
            connect_rate=options.connect_rate,
            wait=options.wait,
            mode=options.mode,
            resume=options.resume,
            headers=(*origin, *options.header),
        )
