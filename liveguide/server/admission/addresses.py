"""What one address is, and how often it opens a socket."""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Mapping
from functools import lru_cache

from .rates import Rate

_MOST_REMEMBERED = 10_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(1024)
def known_address(text: str) -> Address | None:
    """Return the address that a text is, `None` where it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens on :: sees IPv4 peers as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(1024)
def is_loopback(text: str) -> bool:
    """Say whether a text is an address of this machine's own."""
    address = known_address(text)
    return address is not None and address.is_loopback


@lru_cache(1024)
def client_network(address: str) -> str:
    """Return what one client has: an IPv4 address, or the first 64 bits of an IPv6 one."""
    if ":" not in address:
        return address
    known = known_address(address)
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(known), 64), strict=False))
    return address if known is None else str(known)


class Handshakes:
    """
    How often each address has opened a socket of late.

    Args:

        limits: `address_rate` and `address_burst`.

    Attributes:

        taken: How many were taken since others were told; `None` where there are no others.
    """

    taken: Counter[str] | None = None

    def __init__(self, limits: Mapping[str, float]) -> None:
        self._rate, self._burst = limits["address_rate"], limits["address_burst"]
        self._rates: OrderedDict[str, Rate] = OrderedDict()

    def use(self, limits: Mapping[str, float]) -> None:
        """Count by these limits from now on; anew, where they differ from the last ones."""
        rate, burst = limits["address_rate"], limits["address_burst"]
        if (rate, burst) != (self._rate, self._burst):
            self._rate, self._burst = rate, burst
            self._rates.clear()

    def take(self, network: str, now: float) -> float:
        """Count a handshake; return the seconds until there may be one, 0 or less for now."""
        if not self._rate:
            return 0
        wait = self._of(network, now).take(now)
        if self.taken is not None and wait <= 0:
            self.taken[network] += 1
        return wait

    def took_elsewhere(self, network: str, count: int, now: float) -> None:
        """Count handshakes that other processes have taken."""
        if self._rate:
            self._of(network, now).add(count, now)

    def _of(self, network: str, now: float) -> Rate:
        rate = self._rates.get(network)
        if rate is None:
            self._forget(now)
            rate = self._rates[network] = Rate(self._rate, self._burst)
        self._rates.move_to_end(network)
        return rate

    def wait(self, network: str, now: float) -> float:
        """Return the seconds until there may be one, and count nothing."""
        rate = self._rates.get(network)
        return 0 if rate is None else rate.wait(now)

    def _forget(self, now: float) -> None:
        """Forget those whom nothing is held against, and at worst those not seen for longest."""
        while self._rates:
            oldest, rate = next(iter(self._rates.items()))
            if not rate.is_full(now) and len(self._rates) < _MOST_REMEMBERED:
                return
            del self._rates[oldest]
