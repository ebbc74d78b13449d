"""
What goes over a channel of Redis, and stands in its streams: bytes into values.

Pure. Anybody who may write to that Redis can put anything there, so nothing is taken for granted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .engine import Entry, Member

MESSAGE, PRESENCE = b"m", b"p"
"""The first byte of each kind of parcel."""

TEXT, BINARY = "t", "b"
"""The kinds of messages."""

Presence = tuple[int, list[Member], list[Member]]
"""How many are in a room, who came, who went."""


class Senseless(Exception):
    """Bytes that are none of ours."""


def kind_of(message: str | bytes) -> str:
    """Return the kind of a message."""
    return TEXT if isinstance(message, str) else BINARY


def read_message(data: bytes) -> tuple[str, Entry]:
    """
    Return the epoch and the entry that a parcel holds.

    Raises:

        Senseless: It holds none.
    """
    try:
        head, _, rest = data.partition(b"\n")
        _, epoch, offset, sent, kind, length = head.decode("ascii").split(" ")
        size = _whole(length)
        if size > len(rest):
            raise Senseless("it is cut short")
        id = rest[:size].decode()
        return epoch, Entry(_whole(offset), id, _said(kind, rest[size:]), _whole(sent) / 1000)
    except ValueError as error:
        raise Senseless(str(error)) from None


def read_entry(key: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """
    Return what stands in a stream.

    Raises:

        Senseless: It is no entry.
    """
    try:
        offset, _, zero = key.partition(b"-")
        if zero != b"0":
            raise Senseless("its id is no offset")
        message = _said(fields[b"kind"].decode(), fields[b"message"])
        sent = _whole(fields[b"sent"].decode()) / 1000
        return Entry(_whole(offset.decode()), fields[b"id"].decode(), message, sent)
    except KeyError as error:
        raise Senseless(f"it has no {error.args[0].decode()}") from None
    except ValueError as error:
        raise Senseless(str(error)) from None


def read_presence(data: bytes) -> Presence:
    """
    Return how many are in a room, who came and who went.

    Raises:

        Senseless: It does not say.
    """
    try:
        count, joined, left = json.loads(data[1:])
        return int(count), _members(joined), _members(left)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Senseless(str(error)) from None


def read_member(id: str, name: str) -> Member:
    """Return a member: names are kept as JSON, as `null` where there is none."""
    known = json.loads(name)
    json.dumps(known, ensure_ascii=False).encode()  # half of a surrogate pair could not be told
    return Member(id, known if isinstance(known, str) else None)


def write_name(name: str | None) -> str:
    """Return a name as it is kept."""
    return json.dumps(name)


def _members(found: Any) -> list[Member]:
    # An empty list is an object in Redis' JSON.
    return [read_member(str(id), str(name)) for id, name in found or ()]


def _said(kind: str, said: bytes) -> str | bytes:
    if kind not in (TEXT, BINARY):
        raise Senseless(f"its kind is {kind!r:.20}")
    return said.decode() if kind == TEXT else said


def _whole(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        raise Senseless(f"{digits!r:.30} is no number")
    return int(digits)
