"""The open WebSockets of one process: how many each address has, and how they end."""

from __future__ import annotations

from collections import Counter

import tornado.websocket
from tornado.httputil import HTTPServerRequest

from .admission.addresses import client_network
from .close_codes import SERVICE_RESTART
from .ongoing import Ongoing

_REASON = "the server is restarting"


class Connections(Ongoing[tornado.websocket.WebSocketHandler]):
    """
    The open WebSockets.

    Attributes:

        are_ending: Whether the server stops: who comes now is sent away like the others.

        by_network: How many are open from each network.

        elsewhere: How many are open from each network at other processes, as far as is known.
    """

    def __init__(self) -> None:
        super().__init__()
        self.are_ending = False
        self.by_network: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()
        self._opening: set[HTTPServerRequest] = set()
        self._opening_by_network: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many are open, or are being opened."""
        return len(self) + len(self._opening)

    def taken_by(self, network: str) -> int:
        """Return how many are open from a network, at any process, or are being opened here."""
        elsewhere = self.elsewhere[network]
        return self.of(network) + self._opening_by_network[network] + elsewhere

    def reserve(self, request: HTTPServerRequest) -> None:
        """Keep a place for a handshake, until it is open or given up."""
        self._opening.add(request)
        self._opening_by_network[_network(request)] += 1

    def give_up(self, request: HTTPServerRequest) -> None:
        """Take back the place of a handshake, if it has one."""
        if request in self._opening:
            self._opening.remove(request)
            _count_down(self._opening_by_network, _network(request))

    def of(self, network: str) -> int:
        """Return how many are open from a network, as `client_network` names it."""
        return self.by_network.get(network, 0)

    def add(self, item: tornado.websocket.WebSocketHandler) -> None:
        """Note that a connection has opened; one that opens during a stop ends at once."""
        self.give_up(item.request)
        if item not in self._items:
            self.by_network[_network(item.request)] += 1
        super().add(item)
        if self.are_ending:
            item.close(SERVICE_RESTART, _REASON)

    def discard(self, item: tornado.websocket.WebSocketHandler) -> None:
        """Note that a connection has closed."""
        if item in self._items:
            _count_down(self.by_network, _network(item.request))
        super().discard(item)

    def end(self) -> None:
        """Close all of them with 1012, those that are just opening too."""
        self.are_ending = True
        for connection in self:
            connection.close(SERVICE_RESTART, _REASON)


def _network(request: HTTPServerRequest) -> str:
    return client_network(request.remote_ip or "")


def _count_down(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
