"""
Which origins may open a WebSocket, decided without any I/O.

Browsers let every page open a socket to every host and send the host's cookies
along (RFC 6455, section 10.2), so the server must look at the `Origin` header.
The rule, in the order of the decision:

- no `Origin` header: not a browser, allowed;
- the site's own origin: allowed;
- `origins` listed: allowed where an entry matches, refused otherwise;
- `auth` without `origins`: refused;
- an origin that can't be read, which no browser sends: refused;
- neither: allowed, but without the reader's session (*anonymous*), because
  the page that opened the socket may be anyone's.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...hosts import ascii_host

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Decision(enum.Enum):
    """What to do with a handshake, judged by its origin."""

    ALLOWED = "allowed"
    ANONYMOUS = "allowed without the reader's session"
    REFUSED = "refused"


@dataclass(frozen=True)
class Origin:
    """
    A scheme, a host and a port (RFC 6454, section 4).

    Attributes:

        scheme: `http` or `https`.

        host: In lower case, as punycode, IPv6 addresses without brackets.

        port: Filled in from the scheme where the origin names none.
    """

    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class OriginRule:
    """
    One entry of `origins`.

    Attributes:

        host: The host that must match whole; with `subdomains`, the parent domain.

        scheme: The scheme that must match, or `None` for both.

        port: The port that must match, or `None` for the scheme's default
            (any port where the host is a loopback name).

        subdomains: Whether only subdomains of *host* match (`*.host`).
    """

    host: str
    scheme: str | None = None
    port: int | None = None
    subdomains: bool = False

    def matches(self, origin: Origin) -> bool:
        """Say whether *origin* is one that this entry allows."""
        if self.subdomains:
            # The dot keeps `evilgramener.com` from passing for `gramener.com`.
            if not origin.host.endswith("." + self.host):
                return False
        elif origin.host != self.host:
            return False
        if self.scheme is not None and origin.scheme != self.scheme:
            return False
        if self.port is not None:
            return origin.port == self.port
        if self.scheme is None and is_loopback(self.host):
            return True
        return origin.port == _DEFAULT_PORTS[origin.scheme]


def parse_rule(entry: str) -> OriginRule:
    """
    Return what one entry of `origins` means.

    Args:

        entry: `host`, `host:port`, `scheme://host`, `scheme://host:port`, each
            with `*.` before the host where only its subdomains are meant.

    Raises:

        ValueError: The entry means nothing; the text is the fix.
    """
    scheme, separator, rest = entry.rpartition("://")
    scheme = scheme.lower()
    if not entry.strip():
        raise ValueError("write a host such as example.org")
    if entry != entry.strip() or any(c.isspace() for c in entry):
        raise ValueError("remove the spaces; one host for each entry")
    if separator and scheme not in _DEFAULT_PORTS:
        raise ValueError("the scheme of an origin is http or https")
    if any(c in rest for c in "/?#@\\"):
        raise ValueError("an origin has no path, query or user; write only the host")
    subdomains = rest.startswith("*.")
    rest = rest.removeprefix("*.")
    if "*" in rest:
        raise ValueError(
            "'*' stands only for subdomains, as in *.example.org; "
            "leave 'origins' out to allow every site"
        )
    host, port = _split(rest)
    return OriginRule(host, scheme or None, port, subdomains)


def parse_origin(header: str) -> Origin | None:
    """Return the origin that an `Origin` header names; `None` for `null` and for nonsense."""
    try:
        parts = urlsplit(header)
        if parts.scheme not in _DEFAULT_PORTS or header.count("://") != 1:
            return None
        if parts.path or parts.query or parts.fragment or parts.username is not None:
            return None
        host, port = _split(parts.netloc)
    except ValueError:
        return None
    return Origin(parts.scheme, host, _DEFAULT_PORTS[parts.scheme] if port is None else port)


def decide(
    origin: str | None, own: str, rules: Sequence[OriginRule] | None, auth: bool
) -> Decision:
    """
    Decide about a handshake.

    Args:

        origin: The `Origin` header, `None` where there was none.

        own: The origin that the request was sent to, `scheme://host[:port]`.

        rules: What `origins` lists, `None` where it is not given.

        auth: Whether the route asks for a user.
    """
    if origin is None:
        return Decision.ALLOWED
    try:
        urlsplit(origin)
    except ValueError:
        return Decision.REFUSED  # Tornado, which reads it again, would fail with 500
    asking = parse_origin(origin)
    if asking is not None and asking == parse_origin(own):
        return Decision.ALLOWED
    if rules is not None:
        listed = asking is not None and any(rule.matches(asking) for rule in rules)
        return Decision.ALLOWED if listed else Decision.REFUSED
    return Decision.REFUSED if auth else Decision.ANONYMOUS


def is_loopback(host: str) -> bool:
    """Say whether *host* is a name or an address of this computer itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(netloc: str) -> tuple[str, int | None]:
    """Return host and port of `host[:port]`; raises ValueError with the fix."""
    if netloc.startswith("["):
        address, bracket, rest = netloc[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("write an IPv6 address in brackets, as in [::1]:8888")
        host, colon, port = address, rest[:1], rest[1:]
        try:
            host = str(ipaddress.IPv6Address(address))
        except ValueError:
            raise ValueError("write an IPv6 address in brackets, as in [::1]:8888") from None
    else:
        host, colon, port = netloc.partition(":")
        if ":" in port:
            raise ValueError("write an IPv6 address in brackets, as in [::1]:8888")
        host = ascii_host(host)
    if not colon:
        return host, None
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("a port is a number from 1 to 65535")
    return host, int(port)
