"""Which engine the rooms of a process have."""

from __future__ import annotations

from ..broker import SQLITE, shown
from .engine import Engine, EngineUnavailable
from .memory import MemoryEngine


def make_engine(address: str, is_optional: bool = False) -> Engine:
    """
    Return the engine of an address, which is started later.

    Args:

        address: What `check_broker` has returned.

        is_optional: Whether a Redis that does not answer at the start may come later.

    Raises:

        ValueError: It is no address of a Redis; the message says what would be.

        EngineUnavailable: It can't be used here.
    """
    if address == "memory":
        return MemoryEngine()
    if address.startswith(SQLITE):
        from .sqlite import SQLiteEngine  # sqlite3 takes a while to load

        return SQLiteEngine(address.removeprefix(SQLITE))
    try:
        from .redis import RedisEngine
    except ImportError:
        raise EngineUnavailable(
            f"{shown(address)} needs a package that is missing: pip install 'liveguide[redis]'"
        ) from None
    try:
        return RedisEngine(address, shown(address), is_optional)
    except (TypeError, ValueError):  # which may quote a part of the password
        raise ValueError(
            f"{shown(address)} is no address of a Redis; in its password, write "
            "/ ? # @ as %2F %3F %23 %40, and behind a ? only what redis-py knows"
        ) from None
