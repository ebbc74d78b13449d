"""Messages into frames; what is sent to many connections in a row is encoded once."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.escape import json_encode

from .frames import BINARY, TEXT, frame

_LARGEST_KEPT = 64 * 1024
"""Bytes of a message that is kept longer than until the event loop's next turn."""

_NOTHING = object()  # which nobody sends


class Encoder:
    """
    Remembers the last message that it encoded.

    A loop of `write_message(text)` and a signal's receivers hand over the very same
    object each time, so identity is enough, and costs nothing to find out.

    Attributes:

        message: The message, as it was given, and whether it is `binary`.

        payload: The message in bytes.

        frame: The same as a whole frame, not compressed.
    """

    def __init__(self) -> None:
        self.message: object = _NOTHING
        self.binary = False
        self.payload = b""
        self.frame = b""

    def encode(self, message: str | bytes | dict[str, Any], binary: bool) -> None:
        """
        Set `payload` and `frame`.

        Args:

            message: Text, bytes, or a dict to send as JSON.

            binary: Whether it is a binary message; bytes in a text must be UTF-8.

        Raises:

            TypeError: It is something else.
        """
        if isinstance(message, dict):
            message = json_encode(message)
        if isinstance(message, str):
            payload = message.encode()
        elif isinstance(message, bytes):
            payload = message
        else:
            raise TypeError(f"a message is str, bytes or a dict, not {type(message).__name__}")
        self.payload = payload
        self.frame = frame(BINARY if binary else TEXT, payload)
        self.message, self.binary = message, binary
        if len(payload) > _LARGEST_KEPT:
            asyncio.get_running_loop().call_soon(self.forget)

    def forget(self) -> None:
        """Let go of the last message."""
        self.message = _NOTHING
        self.payload = self.frame = b""


encoder = Encoder()
"""The process's one."""
