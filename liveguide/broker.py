"""The address that `--broker` names: of the engine behind the rooms of a process."""

from __future__ import annotations

import re

BROKER_VARIABLE = "LIVEGUIDE_BROKER"
"""The environment variable that names it, too: a command line is for everybody to see."""

SQLITE = "sqlite:"
_REDIS = ("redis://", "rediss://", "unix://")
_PASSWORD = re.compile(r"(?<=://).*@|(?<=[?&])(?:password|username)=[^&]*")


def check_broker(address: str) -> str:
    """
    Return an address.

    Raises:

        ValueError: It is none; the message says what would be.
    """
    is_file = address.startswith(SQLITE) and address != SQLITE
    if address.startswith(("redis://", "rediss://")):
        database = address.partition("://")[2].partition("?")[0].partition("/")[2]
        # Its library takes 0 for what is no number. (With an @ it is the password that is wrong.)
        if not re.fullmatch("[0-9]*|.*@.*", database):
            raise ValueError(f"{shown(address)!r}: a database of a Redis is a number, from 0")
    if address == "memory" or is_file or address.startswith(_REDIS):
        return address
    raise ValueError(
        f"{shown(address)!r} is no broker; write memory, sqlite:PATH or redis://HOST:PORT/DATABASE"
    )


def is_redis(address: str) -> bool:
    """Say whether many processes can share what is there."""
    return address.startswith(_REDIS)


def shown(address: str) -> str:
    """Return an address without its password, for the log."""
    return _PASSWORD.sub("", address).rstrip("?&")
