"""Who is in which room, for engines of one process: it ends, and so do all its members."""

from __future__ import annotations

from collections.abc import Sequence

from .engine import Listener, Member, Topic


class LocalPresence:
    """The members of rooms, in this process."""

    def __init__(self) -> None:
        self._members: dict[str, dict[str, Member]] = {}

    def enter(self, listener: Listener, topic: Topic, member: Member) -> None:
        """Note that somebody is in a room, and tell."""
        members = self._members.setdefault(topic.name, {})
        members[member.id] = member
        listener.on_presence(topic.name, len(members), [member], [])

    def exit(self, listener: Listener, topic: Topic, member: Member) -> None:
        """Note that they are not any more, and tell."""
        members = self._members.get(topic.name, {})
        if members.pop(member.id, None) is None:
            return
        if not members:
            del self._members[topic.name]
        listener.on_presence(topic.name, len(members), [], [member])

    def present(self, topic: Topic) -> Sequence[Member]:
        """Return who is in a room."""
        return [*self._members.get(topic.name, {}).values()]
