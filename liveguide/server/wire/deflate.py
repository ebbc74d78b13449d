"""
permessage-deflate (RFC 7692): what is agreed on in the handshake, and the two ways through zlib.

Its state is made when it is first used: a connection that is only listened to
pays for one way, and an idle one for none.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..close_codes import INVALID_DATA, TOO_BIG
from .frames import ProtocolFault

_TAIL = b"\x00\x00\xff\xff"
"""What ends every flush, and is left out on the wire (section 7.2.1)."""

_LARGEST_WINDOW = 15
_SMALLEST_WINDOW = 9
"""In bits. The protocol has 8 too, which zlib can't write."""

MOST_ENDS = 100
"""Blocks of a message that call themselves the last: after each, what follows is copied."""

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*({_TOKEN})(?:[ \t]*=[ \t]*(?:({_TOKEN})|"({_TOKEN})"))?')
_EXTENSION = re.compile(rf"[ \t]*({_TOKEN})")
_COMMA = re.compile(r"[ \t]*(?:,[ \t,]*|$)")
_FLAGS = {"server_no_context_takeover", "client_no_context_takeover"}


@dataclass(frozen=True)
class Agreement:
    """
    What client and server have agreed on.

    Attributes:

        server_forgets: Whether the server begins anew with each message.

        client_forgets: Whether the client does.

        server_window: The bits of the server's window.

        client_window: The bits of the client's window; `None` where it can't be told any.
    """

    server_forgets: bool = False
    client_forgets: bool = False
    server_window: int = _LARGEST_WINDOW
    client_window: int | None = None

    @property
    def header(self) -> str:
        """What `Sec-WebSocket-Extensions` says in the answer."""
        parts = ["permessage-deflate"]
        if self.server_forgets:
            parts.append("server_no_context_takeover")
        if self.client_forgets:
            parts.append("client_no_context_takeover")
        if self.server_window < _LARGEST_WINDOW:
            parts.append(f"server_max_window_bits={self.server_window}")
        if self.client_window is not None and self.client_window < _LARGEST_WINDOW:
            parts.append(f"client_max_window_bits={self.client_window}")
        return "; ".join(parts)


def agree(offers: str) -> Agreement | None:
    """
    Return what to agree on, of a client's `Sec-WebSocket-Extensions`.

    The first offer of permessage-deflate that can be kept is taken. One that can't,
    because zlib can't or because it is no offer, is declined (section 5.1), and
    a header that is malformed offers nothing.
    """
    for name, parameters in _offers(offers):
        if name == "permessage-deflate":
            agreement = _agree_on(parameters)
            if agreement is not None:
                return agreement
    return None


def _offers(header: str) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """Yield each extension that a header offers with its parameters (RFC 6455, section 9.1)."""
    at = 0
    while at < len(header):
        name = _EXTENSION.match(header, at)
        if name is None:
            return
        at = name.end()
        parameters = []
        while (parameter := _PARAMETER.match(header, at)) is not None:
            parameters.append((parameter[1].lower(), parameter[2] or parameter[3]))
            at = parameter.end()
        comma = _COMMA.match(header, at)
        if comma is None:
            return
        at = comma.end()
        yield name[1].lower(), parameters


def _agree_on(parameters: list[tuple[str, str | None]]) -> Agreement | None:
    found = dict(parameters)
    if len(found) < len(parameters):
        return None  # one is given twice
    windows = {}
    for name, value in found.items():
        if name in _FLAGS:
            if value is not None:
                return None
        elif name == "server_max_window_bits" or (name == "client_max_window_bits" and value):
            if value not in {"8", "9", "10", "11", "12", "13", "14", "15"}:
                return None
            windows[name] = int(value)
        elif name != "client_max_window_bits":
            return None
    server_window = windows.get("server_max_window_bits", _LARGEST_WINDOW)
    if server_window < _SMALLEST_WINDOW:
        return None
    return Agreement(
        server_forgets="server_no_context_takeover" in found,
        client_forgets="client_no_context_takeover" in found,
        server_window=server_window,
        client_window=windows.get("client_max_window_bits"),
    )


class Deflater:
    """
    Compresses the messages of one connection.

    Args:

        agreement: What was agreed on.

        options: Tornado's `compression_level` and `mem_level`, where they are given.
    """

    __slots__ = ("_agreement", "_options", "_zlib")

    def __init__(self, agreement: Agreement, options: Mapping[str, Any]) -> None:
        self._agreement = agreement
        self._options = options
        self._zlib: Any = None

    def deflate(self, message: bytes) -> bytes:
        """Return a message, compressed."""
        if self._zlib is None:
            self._zlib = zlib.compressobj(
                self._options.get("compression_level", 6),
                zlib.DEFLATED,
                -self._agreement.server_window,
                self._options.get("mem_level", 8),
            )
        compressed: bytes = self._zlib.compress(message) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
        if self._agreement.server_forgets:
            self._zlib = None
        return compressed[: -len(_TAIL)]


class Inflater:
    """Decompresses the messages of one connection, which come in parts."""

    __slots__ = ("_agreement", "_ends", "_zlib")

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self._zlib: Any = None
        self._ends = 0  # of final blocks in this message

    def inflate(self, part: bytes, room: int) -> bytes:
        """
        Return what a part of a message was before it was compressed.

        Args:

            part: The part.

            room: How many bytes it may become.

        Raises:

            ProtocolFault: It becomes more, or it is not compressed at all.
        """
        inflated = b""
        while part:
            if self._zlib is None:
                self._zlib = zlib.decompressobj(-(self._agreement.client_window or _LARGEST_WINDOW))
            try:
                inflated += self._zlib.decompress(part, room + 1 - len(inflated))
            except zlib.error:
                raise ProtocolFault(
                    INVALID_DATA, "protocol", "a message is not compressed as it says"
                ) from None
            if len(inflated) > room:
                raise ProtocolFault(TOO_BIG, "size", "a message is too big when it is inflated")
            # A block may call itself the last one; what follows begins anew (section 7.2.3.5).
            part = self._zlib.unused_data
            if self._zlib.eof:
                self._zlib = None
                self._ends += 1
                if self._ends > MOST_ENDS:
                    raise ProtocolFault(TOO_BIG, "size", "a message has too many final blocks")
        return inflated

    def end(self, room: int) -> bytes:
        """Return what was still to come of a message that has come whole."""
        inflated = self.inflate(_TAIL, room)
        self._ends = 0
        if self._agreement.client_forgets:
            self._zlib = None
        return inflated
