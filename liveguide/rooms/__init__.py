"""
Rooms: what is said in one, everyone in it hears; over many processes, and after a lost connection.

    from liveguide.rooms import room

    queue = room('msg-queue')
    queue.join(handler)
    queue.send('Hello')
    queue.leave(handler)
"""

from __future__ import annotations

from .engine import Member, MessageTooLarge, NotAccepted, Position, RoomError
from .room import Room
from .rooms import room

__all__ = [
    "Member",
    "MessageTooLarge",
    "NotAccepted",
    "Position",
    "Room",
    "RoomError",
    "room",
]
