"""
Where a request behind a reverse proxy came from, decided without any I/O.

Anyone can send `X-Forwarded-For`. It is believed only where the peer, the
other end of the TCP connection, is a proxy that the settings name. (Tornado's
`xheaders` believes every peer, so it stays off.)
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from .addresses import Address, known_address

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([^:]*):\d+")

# Some proxies name the WebSocket's scheme.
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def forwarded(
    peer: str, headers: Mapping[str, str], proxies: Sequence[Network]
) -> tuple[str, str | None]:
    """
    Return the client's address and, where a believed proxy names it, the scheme.

    The address is the rightmost one in `X-Forwarded-For` that is not itself a
    trusted proxy's: what stands left of it is hearsay. Without that header it
    is `X-Real-IP`. Where the header can't be read, it is the peer's.

    Args:

        peer: The address of the other end of the connection.

        headers: The request's headers; repeated ones joined by commas.

        proxies: Whose headers are believed.
    """
    address = _parse(peer) if proxies else None
    if address is None or not trusted(address, proxies):
        return peer, None
    chain = headers.get("X-Forwarded-For")
    # A proxy that adds to the one may pass on the other as the client wrote it.
    client = _parse(headers.get("X-Real-IP", "")) if chain is None else _client(chain, proxies)
    scheme = headers.get("X-Scheme") or headers.get("X-Forwarded-Proto") or ""
    return str(client or address), _SCHEMES.get(scheme.rpartition(",")[2].strip().lower())


def _client(header: str, proxies: Sequence[Network]) -> Address | None:
    address = None
    for item in reversed(header.split(",")):
        address = _parse(item)
        if address is None or not trusted(address, proxies):
            return address
    return address


def _parse(text: str) -> Address | None:
    text = text.strip()
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port[1] or with_port[2]
    return known_address(text)


def trusted(address: Address, proxies: Sequence[Network]) -> bool:
    """Say whether an address is a proxy's whose headers are believed."""
    return any(address in network for network in proxies)
