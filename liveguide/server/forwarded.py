"""
Where a request behind a reverse proxy came from, decided without any I/O.

Anyone can send `X-Forwarded-For`. It is believed only where the peer, the
other end of the TCP connection, is a proxy that the settings name. (Tornado's
`xheaders` believes every peer, so it stays off.)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Some proxies name the WebSocket's scheme.
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def forwarded(
    peer: str, headers: Mapping[str, str], proxies: Sequence[Network]
) -> tuple[str, str | None]:
    """
    Return the client's address and, where a believed proxy names it, the scheme.

    The address is the rightmost one in `X-Forwarded-For` that is not itself a
    trusted proxy's: what stands left of it is hearsay. Without that header it
    is `X-Real-IP`. A malformed header is passed over.

    Args:

        peer: The address of the other end of the connection.

        headers: The request's headers; repeated ones joined by commas.

        proxies: Whose headers are believed.
    """
    address = _parse(peer)
    if address is None or not _trusted(address, proxies):
        return peer, None
    client = _client(headers.get("X-Forwarded-For", ""), proxies) or _parse(
        headers.get("X-Real-IP", "")
    )
    scheme = headers.get("X-Scheme") or headers.get("X-Forwarded-Proto") or ""
    return str(client or address), _SCHEMES.get(scheme.rpartition(",")[2].strip().lower())


def _client(header: str, proxies: Sequence[Network]) -> _Address | None:
    address = None
    for item in reversed(header.split(",")):
        address = _parse(item)
        if address is None or not _trusted(address, proxies):
            return address
    return address


def _parse(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    # A socket that listens on :: sees IPv4 peers as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


def _trusted(address: _Address, proxies: Sequence[Network]) -> bool:
    return any(address in network for network in proxies)
