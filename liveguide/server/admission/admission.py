"""
May a request be looked at? Judged before anything else is.

By the name that it is sent to, and, where it asks for a WebSocket, by how many there are:
from its address, opened of late from there, and in all.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from ...hosts import Hosts
from ...settings import Settings
from ..connections import Connections
from ..wire.handshake import is_upgrade
from .addresses import Handshakes, client_network, is_loopback, known_address
from .capacity import Capacity
from .forwarded import Network, trusted
from .refusals import Refusal

_LONGEST_SHOWN = 200
_WAIT = 10  # seconds: nobody knows when another leaves


class Admission:
    """
    What every request must pass.

    Args:

        settings: Those of the site.

        limits: `SITE_LIMITS`, each with its value.

        hosts: The server's names besides those that the settings name.

        proxies: Who speaks for many clients.

        sockets: The open WebSockets.

        capacity: How many connections there may be in all.

        handshakes: How often each address has opened a socket of late.
    """

    def __init__(
        self,
        settings: Settings,
        limits: Mapping[str, float],
        *,
        hosts: Iterable[str],
        proxies: Sequence[Network],
        sockets: Connections,
        capacity: Capacity,
        handshakes: Handshakes,
    ) -> None:
        public = urlsplit(settings.url).hostname
        self._hosts = Hosts([*settings.hosts, *hosts, *([public] if public else [])])
        self._limits = limits
        self._proxies = proxies
        self._sockets = sockets
        self._capacity = capacity
        self._handshakes = handshakes

    def refusal(self, request: HTTPServerRequest) -> Refusal | None:
        """Return why a request is not answered, `None` where it may go on."""
        if not self._hosts.answer_to(request.host):
            name = request.host[:_LONGEST_SHOWN]
            reason = f"this server does not answer to the name {name!r}"
            return Refusal(421, "host", f"{reason}; its owner can list it under 'hosts'")
        if not is_upgrade(request):
            return None
        refusal = self.refusal_of_socket(request)
        if refusal is None and not self._is_exempt(request.remote_ip or ""):
            self._handshakes.take(client_network(request.remote_ip or ""), time.monotonic())
        return refusal

    def refusal_of_socket(self, request: HTTPServerRequest) -> Refusal | None:
        """Return why a WebSocket could not be opened now, `None` where it could; counts nothing."""
        address = request.remote_ip or ""
        refusal = self._no_room_for(address)
        if refusal is not None or self._is_exempt(address):
            return refusal
        wait = self._handshakes.wait(client_network(address), time.monotonic())
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            reason = f"your address opens connections too fast; try again in {seconds} s"
            return Refusal(429, "rate", reason, seconds)
        return None

    def reserve(self, request: HTTPServerRequest) -> Refusal | None:
        """
        Keep a place for a handshake that may take its time; return why there is none.

        The place is kept until the connection is open, or `Connections.give_up` is called.
        """
        refusal = self._no_room_for(request.remote_ip or "")
        if refusal is None:
            self._sockets.reserve(request)
        return refusal

    def _no_room_for(self, address: str) -> Refusal | None:
        if not self._capacity.has_room_for_sockets:
            reason = "the server has as many connections as it can hold; try again in 10 s"
            return Refusal(503, "connections", reason, _WAIT)
        most = int(self._limits["address_sockets"])
        if not most or self._is_exempt(address):
            return None
        if self._sockets.taken_by(client_network(address)) >= most:
            reason = f"your address has {most} connections open, and may not have more"
            return Refusal(429, "sockets", reason, _WAIT)
        return None

    def most_connections(self, address: str) -> int | None:
        """
        Return how many connections one peer may have, those that ask for pages included.

        Twice as many as sockets: browsers open six for pages. `None` where there is no bound,
        as for a proxy, whose clients are judged one by one when they have said who they are.
        """
        most = int(self._limits["address_sockets"])
        if not most or self._is_exempt(address) or self._is_proxy(address):
            return None
        return 2 * most

    def _is_exempt(self, address: str) -> bool:
        return not self._limits["loopback"] and is_loopback(address)

    def _is_proxy(self, address: str) -> bool:
        known = known_address(address)
        return known is not None and trusted(known, self._proxies)
