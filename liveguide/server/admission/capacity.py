"""How many connections one process holds, and where it stops."""

from __future__ import annotations

import errno
import resource
from collections import Counter

from ..connections import Connections
from ..static.sending import Responses

_KEPT_DESCRIPTORS = 64
"""For files, listening sockets, and what authors' functions open."""

_KEPT_FOR_FILES = 32
"""So many of them for files that are being sent, which are read as slowly as their readers like."""

EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
"""What the system says when it has no room for another connection or file."""

_FEWEST, _MOST = 16, 1_000_000


class Capacity:
    """
    The connections of one process: those that are asking for something, and WebSockets.

    Args:

        sockets: The open WebSockets.

        responses: The answers that are being sent, each on one of the connections.

    Attributes:

        most: How many connections there may be in all; no more are accepted.

        most_sockets: How many may be WebSockets: some are kept for pages, and for saying no.
    """

    def __init__(self, sockets: Connections, responses: Responses) -> None:
        self._sockets = sockets
        self._responses = responses
        self._asking: Counter[str] = Counter()
        self._all_asking = 0
        self.use(0)

    def use(self, connections: float) -> None:
        """Hold so many connections from now on; 0 for what the file descriptors allow."""
        descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if not 0 <= descriptors <= _MOST:
            descriptors = _MOST  # RLIM_INFINITY
        possible = max(_FEWEST, descriptors - _KEPT_DESCRIPTORS)
        self.most = min(int(connections) or possible, possible)
        self.most_sockets = self.most - _kept(self.most)
        self._descriptors = possible

    def __len__(self) -> int:
        return self._all_asking + len(self._sockets)

    def of(self, network: str) -> int:
        """Return how many connections a network has, as `client_network` names it."""
        return self._asking.get(network, 0) + self._sockets.of(network)

    def begin(self, network: str) -> None:
        """Note that a connection was accepted."""
        self._asking[network] += 1
        self._all_asking += 1

    def end(self, network: str) -> None:
        """Note that a connection has closed, or has become a WebSocket."""
        self._all_asking -= 1
        self._asking[network] -= 1
        if not self._asking[network]:
            del self._asking[network]

    @property
    def is_full(self) -> bool:
        """Whether no more connections are accepted."""
        return len(self) >= self.most or self._held >= self._descriptors

    @property
    def has_room_for_file(self) -> bool:
        """Whether another file may be kept open while it is sent."""
        if self._responses.files < _KEPT_FOR_FILES:
            return True
        return self._held < self._descriptors - _kept(self._descriptors)

    @property
    def _held(self) -> int:
        return len(self) + max(0, self._responses.files - _KEPT_FOR_FILES)

    @property
    def has_room_for_sockets(self) -> bool:
        """Whether another WebSocket may open."""
        return self._sockets.taken < self.most_sockets


def _kept(all_of_them: int) -> int:
    """Return how many are kept for those who ask for pages."""
    return min(64, max(1, all_of_them // 8))
