"""
What messages to one client go through: frames, compressed where that was agreed.

Who tells a thousand clients something looks for each one's things in memory, and that is most of
the work. So all that a message needs is here, in one small object: the processor keeps a thousand
of them at hand, where protocols and handlers, with their dicts, push each other out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tornado.websocket import WebSocketClosedError

from ..reporting.counts import Counts
from .deflate import Deflater
from .encoder import encoder
from .frames import BINARY, RSV1, TEXT, frame
from .outgoing import Outgoing

Write = Callable[..., "asyncio.Future[None]"]
"""Takes a message and, as an option, whether it is binary, as Tornado's `write_message` does."""


class Writer:
    """
    Writes messages to one client.

    Args:

        outgoing: Where the frames go.

        deflater: What compresses them.

        counts: Where messages and bytes are counted.

    Attributes:

        is_closed: Whether either end has begun to close.
    """

    __slots__ = ("_counts", "_deflater", "_outgoing", "is_closed")

    def __init__(self, outgoing: Outgoing, deflater: Deflater | None, counts: Counts) -> None:
        self._outgoing = outgoing
        self._deflater = deflater
        self._counts = counts
        self.is_closed = False

    def write(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """
        Send a message.

        Returns:

            Done when the system has taken it; see `Outgoing.send`.

        Raises:

            WebSocketClosedError: The connection is closed, or is being closed.
        """
        if self.is_closed:
            raise WebSocketClosedError
        if message is not encoder.message or binary != encoder.binary:
            encoder.encode(message, binary)
        counts = self._counts
        counts.messages_out += 1
        counts.bytes_out += len(encoder.payload)
        if self._deflater is not None:
            compressed = self._deflater.deflate(encoder.payload)
            return self._outgoing.send(frame(BINARY if binary else TEXT, compressed, RSV1))
        return self._outgoing.send(encoder.frame)
