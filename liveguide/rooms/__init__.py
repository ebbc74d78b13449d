"""
Rooms: what is said in one, everyone in it hears; over many processes, and after a lost connection.

    from liveguide.rooms import room

    queue = room('msg-queue')
    queue.join(handler)
    queue.send('Hello')
    queue.leave(handler)

A message goes from `send` to the engine, and comes back from it to every process, this one too: all
hear the same order. What an engine pushes is a hint; its history is the truth, and a room reads it
where an offset is missing.

    rooms.py           the process's rooms by name, and the engine behind them (engines.py: which)
    process.py         what they share
    room.py            one room: send, join, leave, and what its engine tells it
      following.py       how far its members have been told, and what some must hear first
      pages.py           what those read of the history, once for all of them
      members.py         those who are connected here;  changes.py: who came and went, gathered
      resuming.py        a client that said what it has seen
      publishing.py      what became of what it sent
      envelope.py        what goes over the wire to it and from it, pure
    engine.py          what an engine does, and the values that go between
      memory.py          this process
      sqlite.py          this process, and its next ones: a file (sqlite_log.py, in its thread)
      local.py           what these two share: who is where
      redis.py           many processes
        redis_session.py   one session after another, each until anything about it fails
        redis_subscriptions.py  what is pushed meanwhile
        outbox.py          what waits to be accepted;  redis_pipeline.py: how it is sent
        redis_log.py       histories, as streams
        redis_presence.py  who is where, right after crashes
        redis_scripts.py   what Redis does in one step: lua/;  parcel.py: its bytes into values
    signals.py         blinker's signals as rooms
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
