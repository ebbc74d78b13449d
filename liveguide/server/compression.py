"""Files of the site as they travel: compressed once, for clients that take that."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable

SMALLEST = 1024
"""In bytes: what is smaller fits one packet either way."""

LARGEST = 512 * 1024
"""In bytes: what is larger would keep the event loop, and the memory, for too long."""

_KEPT = 8 * 1024 * 1024
_LEVEL = 6


class Compressed:
    """The compressed files that were asked for last, in at most 8 MiB."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0

    def body(self, version: Hashable, read: Callable[[], bytes]) -> bytes:
        """
        Return a file, compressed by gzip.

        Args:

            version: Names the file and its state.

            read: Returns its content, where it is not known yet.
        """
        if version in self._bodies:
            self._bodies.move_to_end(version)
            return self._bodies[version]
        body = self._bodies[version] = gzip.compress(read(), _LEVEL, mtime=0)
        self._size += len(body)
        while self._size > _KEPT:
            _, dropped = self._bodies.popitem(last=False)
            self._size -= len(dropped)
        return body


def accepts_gzip(accepted: str) -> bool:
    """
    Return whether a client takes gzip.

    Args:

        accepted: Its `Accept-Encoding` (RFC 9110, section 12.5.3).
    """
    qualities: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        qualities[name] = quality
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0
