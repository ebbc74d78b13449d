"""How far a client has heard its rooms, which it tells when it comes back."""

from __future__ import annotations

from urllib.parse import quote


class Positions:
    """The last message heard of each room, by the room's epoch and the message's offset."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, int]] = {}
        self._replayed: dict[str, int] = {}  # up to here messages may come though all was heard

    def query(self) -> str:
        """Return what a connection says of them in its address; a new client says it is one."""
        said = [f"{quote(epoch)}:{offset}" for epoch, offset in self._last.values()]
        return "&".join(f"since={position}" for position in said or [""])

    def joined(self, room: str, epoch: str, offset: int, *, goes_on: bool) -> None:
        """
        Note that the client is in a room.

        Args:

            offset: The last message that there is.

            goes_on: Whether all that the client missed follows. If not, whatever the room has kept
                may follow.
        """
        if not goes_on or room not in self._last:
            self._last[room] = (epoch, offset)
            self._replayed[room] = offset

    def reset(self, room: str, epoch: str) -> None:
        """Note that the room has lost everything and begins again."""
        self._last[room] = (epoch, 0)
        self._replayed[room] = 0

    def is_behind(self, room: str, offset: int) -> bool:
        """Note a message; return whether a later one of its room came before it."""
        epoch, last = self._last.get(room, ("", 0))
        if offset > last:
            self._last[room] = (epoch, offset)
            return False
        # Rooms that keep nothing have no offsets, and say 0.
        return offset > self._replayed.get(room, 0)
