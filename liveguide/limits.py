"""
The bounds on what strangers may do: each with its default, its range, and its unit.

`limits:` in `liveguide.yaml` sets them for the site; an endpoint's `kwargs` set those of
`ENDPOINT_LIMITS` for itself. What happens at each bound is in the guide, under `security/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .yamlfile import kind_of

_DAY = 24 * 60 * 60
_SWITCH = "true or false"


class Limit(NamedTuple):
    """
    One bound.

    Attributes:

        default: What holds where nothing is said.

        least: The least that may be said.

        most: The most that may be said.

        unit: What is counted; a bound in seconds or messages a second may be a fraction.

        meaning: What it is for, in one sentence; editors show it.
    """

    default: float
    least: float
    most: float
    unit: str
    meaning: str

    @property
    def is_switch(self) -> bool:
        """Whether it is no number, but switched on or off."""
        return self.unit == _SWITCH

    @property
    def is_whole(self) -> bool:
        """Whether it counts things of which there is no half."""
        return not self.unit.startswith("seconds") and not self.unit.endswith("a second")


ENDPOINT_LIMITS: Mapping[str, Limit] = {
    # Often enough for proxies, which cut what is silent for 60 seconds.
    "ping_interval": Limit(25, 0, 3600, "seconds", "Seconds between pings; 0 for none."),
    "ping_timeout": Limit(
        *(10, 0, 3600, "seconds"),
        "Seconds to wait for the answer to a ping; no more than ping_interval.",
    ),
    # Tornado's 10 MiB is a lot to buffer for strangers.
    "max_message_size": Limit(
        64 * 1024, 1, 64 * 1024 * 1024, "bytes", "Bytes that a message may have."
    ),
    "max_queue_messages": Limit(
        *(256, 1, 1_000_000, "messages"),
        "Messages that may wait for a client that reads too slowly.",
    ),
    "max_queue_bytes": Limit(
        *(1024 * 1024, 1, 1024 * 1024 * 1024, "bytes"),
        "Bytes that may wait for a client that reads too slowly, behind the message on its way.",
    ),
    "message_rate": Limit(
        *(10, 0, 1_000_000, "messages a second"),
        "Messages that a connection may send each second in the long run; 0 for any number.",
    ),
    "message_burst": Limit(
        30, 1, 1_000_000, "messages", "Messages that a connection may send at once."
    ),
}
"""What an endpoint may set for itself."""

SITE_LIMITS: Mapping[str, Limit] = {
    **ENDPOINT_LIMITS,
    "connections": Limit(
        *(0, 0, 10_000_000, "connections"),
        "Connections in all; 0 for what the process's file descriptors allow.",
    ),
    "address_sockets": Limit(
        *(60, 0, 1_000_000, "sockets"),
        "WebSockets that one address may have open; 0 for any number.",
    ),
    "address_rate": Limit(
        *(10, 0, 1_000_000, "handshakes a second"),
        "WebSockets that one address may open each second in the long run; 0 for any number.",
    ),
    "address_burst": Limit(
        60, 1, 1_000_000, "handshakes", "WebSockets that one address may open at once."
    ),
    "loopback": Limit(
        *(False, False, True, _SWITCH),
        "Whether the limits of one address hold for this computer's own addresses, too.",
    ),
    "header_seconds": Limit(
        15, 0.1, 3600, "seconds", "Seconds in which the head of a request must come."
    ),
    "header_size": Limit(
        16 * 1024, 1024, 1024 * 1024, "bytes", "Bytes that the head of a request may have."
    ),
    "body_size": Limit(
        64 * 1024, 1024, 64 * 1024 * 1024, "bytes", "Bytes that the body of a request may have."
    ),
    "session_seconds": Limit(
        *(7 * _DAY, 1, 365 * _DAY, "seconds"),
        "Seconds after which a session ends, however much it is used.",
    ),
    "blocking_seconds": Limit(
        *(0.1, 0, 60, "seconds"),
        "Seconds that a function may hold up the server before the log names it; 0 for any time.",
    ),
    "session_idle_seconds": Limit(
        _DAY, 1, 365 * _DAY, "seconds", "Seconds after which a session ends that is not used."
    ),
}
"""What `limits:` in `liveguide.yaml` may set."""


def limits_of(known: Mapping[str, Limit], given: Mapping[str, float]) -> dict[str, float]:
    """Return every one of the *known* limits: as it is *given*, else its default."""
    return {key: given.get(key, limit.default) for key, limit in known.items()}


def wrong_limit(key: str, value: object, limit: Limit) -> str | None:
    """Return what is wrong with the value that an author gave to a limit, or `None`."""
    if limit.is_switch:
        is_right = isinstance(value, bool)
        return None if is_right else f"{key!r} must be {_SWITCH}, but it is {kind_of(value)}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{key!r} must be a number of {limit.unit}, but it is {kind_of(value)}"
    if not limit.least <= value <= limit.most or (limit.is_whole and value != int(value)):
        return f"{key!r} is {value}, but it goes from {limit.least} to {limit.most} {limit.unit}"
    return None
