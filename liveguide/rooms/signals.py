"""
blinker's signals as rooms: those that `rooms:` names reach over many processes as they are.

A page that says `signal('msg-queue').connect(handler.write_message)` need not be changed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from blinker import ANY, NamedSignal, default_namespace

from .room import Room
from .rooms import rooms

log = logging.getLogger(__name__)


class RoomSignal(NamedSignal):
    """A signal that is a room: a connection's `write_message` joins it, and `send` says things."""

    @property
    def _room(self) -> Room:
        return rooms(self.name)

    def connect(self, receiver: Any, sender: Any = ANY, weak: bool = True) -> Any:
        """Let a connection join; call any other function with what is said, here or elsewhere."""
        handler = _connection(receiver)
        if handler is not None:
            self._room.join(handler)
            return receiver
        connected = super().connect(receiver, sender, weak)
        self._room.listen(self._heard)
        return connected

    def disconnect(self, receiver: Any, sender: Any = ANY) -> None:
        """Let a connection leave, or call a function no more."""
        handler = _connection(receiver)
        if handler is not None:
            self._room.leave(handler)
        super().disconnect(receiver, sender)

    def send(self, sender: Any = None, /, **kwargs: Any) -> list[tuple[Callable[..., Any], Any]]:
        """
        Say something in the room; nothing is returned, for it may be heard elsewhere.

        Raises:

            TypeError: It is something that can't be sent.
        """
        if kwargs:
            raise TypeError(f"{self!r} is a room, which takes a message and nothing else")
        if isinstance(sender, dict):
            sender = json.dumps(sender).replace("</", "<\\/")  # as Tornado writes one
        if not isinstance(sender, str | bytes):
            kind = type(sender).__name__
            raise TypeError(f"{self!r} is a room, which takes str, bytes or a dict, not {kind}")
        if not self.is_muted:
            self._room.send(sender)
        return []

    def has_receivers_for(self, sender: Any) -> bool:
        """Say whether anybody would hear."""
        return self._room.count() > 0 or super().has_receivers_for(sender)

    def _heard(self, message: str | bytes) -> None:
        for receiver in [*self.receivers_for(message)]:
            try:
                receiver(message)
            except Exception:
                log.exception("%r: a receiver failed", self)


def share(names: Iterable[str]) -> None:
    """Make the signals of these names rooms, those that somebody has already too."""
    for name in names:
        signal = default_namespace.signal(name)
        if type(signal) is NamedSignal:
            signal.__class__ = RoomSignal
            if signal.receivers:
                rooms(name).listen(signal._heard)  # type: ignore[attr-defined]  # it has just become one


def _connection(receiver: Any) -> Any:
    """Return whose `write_message` a function is, if it is one."""
    handler = getattr(receiver, "__self__", None)
    is_it = getattr(receiver, "__name__", "") == "write_message" and hasattr(
        handler, "ws_connection"
    )
    return handler if is_it else None
