"""A room whose clients resume, which speaks as our rooms do, in memory and with faults to order."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable

from tornado.websocket import WebSocketClosedError, WebSocketHandler


class Resuming:
    """
    What a room keeps.

    Attributes:

        members: The connections that are open.

        refusing: How many messages are still to be refused.

        kept: How many messages are told again.

        forgets: Whether it takes a message that comes again for another one.

        deaf: How many messages are still to be accepted without a word, and its sender cut off.
    """

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self.refusing = 0
        self.deaf = 0
        self.forgets = False
        self.kept = 1000
        self._acts: dict[int, Callable[[], None]] = {}
        self.wipe()

    def when(self, count: int, act: Callable[[], None]) -> None:
        """Do something when there are so many messages."""
        self._acts[count] = act

    def wipe(self) -> None:
        """Lose everything, as an engine that was deleted."""
        self.epoch = secrets.token_hex(4)
        self.entries: list[tuple[str, str]] = []
        self.offsets: dict[str, int] = {}

    def publish(self, text: str, identity: str) -> int:
        """Keep a message once, and tell it to all; return its offset."""
        if identity not in self.offsets or self.forgets:
            self.entries.append((identity, text))
            self.offsets[identity] = len(self.entries)
            for member in list(self.members):
                member.tell(len(self.entries))
            offset = len(self.entries)
            self._acts.pop(offset, lambda: None)()
            return offset
        return self.offsets[identity]

    def cut(self) -> None:
        """Cut all connections without a close, as a process that is killed."""
        for member in list(self.members):
            member.cut()

    def handler(self) -> type[WebSocketHandler]:
        """Return the handler of its connections."""
        return type("Handler", (Member,), {"room": self})


class Member(WebSocketHandler):
    """A connection to the room."""

    room: Resuming

    def open(self) -> None:
        """Tell the room, then what it missed, and then all that comes."""
        room, since = self.room, self.get_argument("since")
        position, said = len(room.entries), {}
        oldest = max(0, len(room.entries) - room.kept)
        if since:
            epoch, _, offset = since.partition(":")
            recovered = epoch == room.epoch and oldest <= int(offset) <= position
            said = {"recovered": recovered}
            position = int(offset) if recovered else oldest
        self.say(
            type="joined", room="r", epoch=room.epoch, offset=len(room.entries), members=1, **said
        )
        for offset in range(position + 1, len(room.entries) + 1):
            self.tell(offset)
        room.members.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Publish what a client sends, and tell it so."""
        room, said = self.room, json.loads(message)
        if room.refusing:
            room.refusing -= 1
            self.say(type="refused", id=said["id"], reason="full")
            return
        offset = room.publish(said["text"], said["id"])
        if room.deaf:
            room.deaf -= 1
            self.cut()
        else:
            self.say(type="accepted", id=said["id"], epoch=room.epoch, offset=offset)

    def tell(self, offset: int) -> None:
        """Write a message of the room."""
        identity, text = self.room.entries[offset - 1]
        self.say(type="message", room="r", offset=offset, id=identity, text=text)

    def say(self, **said: object) -> None:
        """Write an object, if anybody is there."""
        with contextlib.suppress(WebSocketClosedError):
            self.write_message(said)

    def cut(self) -> None:
        """End the connection without a close."""
        self.room.members.discard(self)
        self.ws_connection.stream.close()

    def on_close(self) -> None:
        """Leave."""
        self.room.members.discard(self)
