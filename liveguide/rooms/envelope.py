"""
What goes over the wire to and from a client that resumes: JSON objects, one a message.

Pure: text in, values out, and back. The page on rooms describes each of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .engine import Entry, Position

LONGEST_ID = 64
"""Characters of the id of a message that a client sends."""

BEHIND_ID = "\n"
"""
What stands between a client's id and a number, in the ids of all but the first message that its
function sends. No client's id has it: who hears the first could take the others' place.
"""

_LONGEST_EPOCH = 64
_LONGEST_OFFSET = 15  # digits, of which JavaScript's numbers hold all
_NOT_SEND = 'not {"type": "send", "id": ..., "text": ...}'

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a client has sent: its id, and what it says."""

    id: str
    text: str


class BadMessage(Exception):
    """
    A client has sent what it must not.

    Attributes:

        code: The close code for it.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def read_sent(message: str | bytes) -> Sent:
    """
    Return what a client has sent.

    Raises:

        BadMessage: It is something else.
    """
    if isinstance(message, bytes):
        raise BadMessage(1003, "a binary message: this connection takes JSON, as text")
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        raise BadMessage(1007, f"not JSON, but must be: {_NOT_SEND[4:]}") from None
    if not isinstance(said, dict) or said.get("type") != "send":
        raise BadMessage(1007, _NOT_SEND)
    id, text = said.get("id"), said.get("text")
    if not isinstance(id, str) or not isinstance(text, str):
        raise BadMessage(1007, _NOT_SEND)
    if not 0 < len(id) <= LONGEST_ID:
        raise BadMessage(1007, f"an id has 1 to {LONGEST_ID} characters")
    if BEHIND_ID in id:
        raise BadMessage(1007, "an id has no line break")
    try:
        (id + text).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write
        raise BadMessage(1007, "a text that is not Unicode") from None
    return Sent(id, text)


def read_position(text: str) -> Position | None:
    """Return what a `since` says, or `None` where it makes no sense."""
    epoch, _, offset = text.rpartition(":")
    if not 0 < len(epoch) <= _LONGEST_EPOCH or not 0 < len(offset) <= _LONGEST_OFFSET:
        return None
    if not (offset.isascii() and offset.isdigit()):
        return None
    return Position(epoch, int(offset))


AWAY = _encode({"type": "away"})
"""The engine is away: what is said waits."""

BACK = _encode({"type": "back"})
"""The engine is there again."""


def joined(
    room: str, at: Position, after: int, members: int, recovered: bool | None, reason: str
) -> str:
    """
    Tell where a room's history stands, and after which offset the client is told it.

    *recovered* is `None` where nothing was asked for.
    """
    told: dict[str, Any] = {"type": "joined", "room": room, "epoch": at.epoch, "offset": at.offset}
    told["after"] = after
    if recovered is not None:
        told["recovered"] = recovered
    if reason:
        told["reason"] = reason
    return _encode({**told, "members": members})


def message(room: str, entry: Entry) -> str:
    """Tell a message."""
    told = {"type": "message", "room": room, "offset": entry.offset, "id": entry.id}
    if isinstance(entry.message, str):
        return _encode({**told, "text": entry.message})
    return _encode({**told, "data": base64.b64encode(entry.message).decode()})


def accepted(id: str, at: Position) -> str:
    """Tell a client that its message was accepted."""
    return _encode({"type": "accepted", "id": id, "epoch": at.epoch, "offset": at.offset})


def refused(id: str, reason: str) -> str:
    """Tell a client that its message was not accepted."""
    return _encode({"type": "refused", "id": id, "reason": reason})


def members(room: str, count: int, came: Sequence[str], went: Sequence[str]) -> str:
    """Tell how many are in a room, and who came and went."""
    told = {"type": "members", "room": room, "count": count}
    return _encode({**told, "joined": [*came], "left": [*went]})


def reset(room: str, epoch: str, after: int, reason: str) -> str:
    """Tell that a room's history does not go on from what was told, but after an offset."""
    told = {"type": "reset", "room": room, "epoch": epoch, "after": after}
    return _encode({**told, "reason": reason})


def text(said: object) -> str:
    """Tell what an author's function says to this one client."""
    return _encode({"type": "text", "text": said})
