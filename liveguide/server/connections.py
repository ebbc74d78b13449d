"""The open WebSockets of one process: how many each address has, and how they end."""

from __future__ import annotations

from collections import Counter

import tornado.websocket

from .addresses import client_network
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
        self._by_network: Counter[str] = Counter()

    def of(self, network: str) -> int:
        """Return how many are open from a network, as `client_network` names it."""
        return self._by_network.get(network, 0)

    def add(self, item: tornado.websocket.WebSocketHandler) -> None:
        """Note that a connection has opened; one that opens during a stop ends at once."""
        if item not in self._items:
            self._by_network[_network(item)] += 1
        super().add(item)
        if self.are_ending:
            item.close(RESTARTING, _REASON)

    def discard(self, item: tornado.websocket.WebSocketHandler) -> None:
        """Note that a connection has closed."""
        if item in self._items:
            network = _network(item)
            self._by_network[network] -= 1
            if not self._by_network[network]:
                del self._by_network[network]
        super().discard(item)

    def end(self) -> None:
        """Close all of them with 1012, those that are just opening too."""
        self.are_ending = True
        for connection in self:
            connection.close(RESTARTING, _REASON)


def _network(connection: tornado.websocket.WebSocketHandler) -> str:
    return client_network(connection.request.remote_ip or "")
