"""
Which names a server answers to, decided without any I/O.

A page of another site may have its own name point to this computer (DNS rebinding): the
browser then takes the server for that site's own, and lets the page read everything. So a
request that names a host which is not this server's is refused (421, RFC 9110, section 15.5.20).

An address, such as `192.168.1.7` or `[::1]`, is always answered: nobody can make one point
elsewhere. So are the names of the computer itself, `localhost` and what ends in `.localhost`
(RFC 6761, section 6.3).
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PORT = re.compile(r":\d*$")


class Hosts:
    """
    The names of one server.

    Args:

        names: Each as `host_pattern` returns it; `*.example.org` stands for subdomains only.
    """

    def __init__(self, names: Iterable[str]) -> None:
        listed = set(names)
        self._parents = tuple(name[1:] for name in listed if name.startswith("*."))
        self._names = frozenset(listed)
        self.answer_to = functools.lru_cache(256)(self._answer_to)

    def _answer_to(self, host: str) -> bool:
        """Say whether a `Host` header, with its port if it has one, names this server."""
        name = _PORT.sub("", host.lower()).removesuffix(".")
        return name in self._names or name.endswith(self._parents) or is_address_or_loopback(name)


def is_address_or_loopback(name: str) -> bool:
    """Say whether a host is an address (IPv6 in brackets) or a name of this computer."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        if name.startswith("[") and name.endswith("]"):
            ipaddress.IPv6Address(name[1:-1])
        else:
            ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def host_pattern(text: str) -> str:
    """
    Return a name of a server, in the form that browsers send.

    Args:

        text: A host's name, or `*.` and one for its subdomains; no port, for any will do.

    Raises:

        ValueError: *text* is none; the message shows how to write one.
    """
    parent = "*." if text.startswith("*.") else ""
    name = text.removeprefix("*.")
    if not parent and is_address_or_loopback(name.lower()):
        return name.lower()
    try:
        return parent + ascii_host(name)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a host's name; write it without a port, as in docs.example.org"
        ) from None


def ascii_host(host: str) -> str:
    """
    Return a host's name as browsers send it: lower case, punycode (RFC 5891).

    Raises:

        ValueError: *host* is no name of a host.
    """
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    if not name or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("that is not a host's name; write it as in example.org")
    return name
