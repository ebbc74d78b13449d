"""The open WebSockets of one process, and how they end when the server does."""

from __future__ import annotations

import tornado.websocket

from .ongoing import Ongoing

RESTARTING = 1012
"""The close code that says: come back soon (IANA's WebSocket close code registry)."""

_REASON = "the server is restarting"


class Connections(Ongoing[tornado.websocket.WebSocketHandler]):
    """
    The open WebSockets.

    Attributes:

        are_ending: Whether the server stops: who comes now is sent away like the others.
    """

    def __init__(self) -> None:
        super().__init__()
        self.are_ending = False

    def add(self, item: tornado.websocket.WebSocketHandler) -> None:
        """Note that a connection has opened; one that opens during a stop ends at once."""
        super().add(item)
        if self.are_ending:
            item.close(RESTARTING, _REASON)

    def end(self) -> None:
        """Close all of them with 1012, those that are just opening too."""
        self.are_ending = True
        for connection in self:
            connection.close(RESTARTING, _REASON)
