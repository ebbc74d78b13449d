"""
What one process has done since it started: plain numbers.

Whoever does something counts it here, which costs an addition; `metrics.py`
reads them when an operator asks.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field, replace

from .histogram import Histogram
from .logs import event, visible

log = logging.getLogger(__name__)


@dataclass
class Counts:
    """
    The numbers of one process.

    Attributes:

        opened: WebSockets that were opened.

        closed: WebSockets that were closed, by the close code that either end has said first
            (RFC 6455, section 7.4).

        refused: Requests and connections that were refused, by reason: one word, such as `rate`.

        messages_in: Messages that came.

        messages_out: Messages that were sent.

        bytes_in: Bytes of messages that came, before a decompression.

        bytes_out: Bytes of messages that were sent, before a compression.

        failed: Authors' functions that raised, by the pattern of their endpoint.

        handler_seconds: How long authors' functions took, by the pattern of their endpoint
            and the callback's key; `None` unless somebody wants to know.
    """

    opened: int = 0
    closed: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    messages_in: int = 0
    messages_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    handler_seconds: dict[tuple[str, str], Histogram] | None = None

    def but_for_messages(self) -> Counts:
        """Return counts for a socket of our own: the same, but what it says is counted apart."""
        return replace(self)  # the numbers are copied, the counters shared

    def took(self, endpoint: str, callback: str, seconds: float) -> None:
        """Note how long an author's function took, where somebody wants to know."""
        if self.handler_seconds is None:
            return
        histogram = self.handler_seconds.get((endpoint, callback))
        if histogram is None:
            histogram = self.handler_seconds[endpoint, callback] = Histogram()
        histogram.observe(seconds)

    def refuse(self, code: int, reason: str, target: str, address: str, detail: str = "") -> None:
        """
        Count a refusal, and log it in the one shape that all refusals have.

        Args:

            code: The status of the answer (HTTP), or the close code (RFC 6455).

            reason: One word that stands for the kind: `origin`, `host`, `rate`, `slow`.

            target: The path that was asked for.

            address: Who asked.

            detail: What the operator should know besides; no contents, no cookie.
        """
        self.refused[reason] += 1
        fields = {"code": code, "reason": reason, "path": target, "address": address}
        log.warning(
            "refused %d %s %r from %s%s",
            code,
            reason,
            target,
            visible(address),
            visible(detail and f": {detail}"),
            extra=event("refused", reason, **fields, detail=detail),
        )
