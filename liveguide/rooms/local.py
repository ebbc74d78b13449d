"""What engines of one process share: it ends, and so do all members of its rooms."""

from __future__ import annotations

from collections.abc import Sequence

from .engine import Engine, Listener, Member, Topic


class LocalEngine(Engine):
    """An engine that knows by itself who is in a room, for nobody is there from elsewhere."""

    _listener: Listener

    def __init__(self) -> None:
        self._members: dict[str, dict[str, Member]] = {}

    def unsubscribe(self, topic: Topic) -> None:
        """Do nothing: nobody else is told."""

    def enter(self, topic: Topic, member: Member) -> None:
        """Note that somebody is in a room, and tell."""
        members = self._members.setdefault(topic.name, {})
        members[member.id] = member
        self._listener.on_presence(topic.name, len(members), [member], [])

    def exit(self, topic: Topic, member: Member) -> None:
        """Note that they are not any more, and tell."""
        members = self._members.get(topic.name, {})
        if members.pop(member.id, None) is None:
            return
        if not members:
            del self._members[topic.name]
        self._listener.on_presence(topic.name, len(members), [], [member])

    async def present(self, topic: Topic) -> Sequence[Member]:
        """Return who is in a room."""
        return [*self._members.get(topic.name, {}).values()]
