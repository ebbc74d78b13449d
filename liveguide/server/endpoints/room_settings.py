"""What a `gramex.yaml` says of rooms, beside its endpoints: how much is kept of what is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import Problem, did_you_mean
from ...limits import Limit, wrong_limit
from ...rooms.engine import Topic
from ...yamlfile import YAMLMapping, kind_of

ROOM_KEYS: Mapping[str, Limit] = {
    "history": Limit(
        *(0, 0, 100_000, "messages"),
        "Messages that are kept for those who come, or come back; 0 for none.",
    ),
    "history_seconds": Limit(
        *(600, 1, 30 * 24 * 3600, "seconds"), "Seconds for which each of them is kept."
    ),
}
"""What may be said of a room."""

_LONGEST_NAME = 200


@dataclass(frozen=True)
class RoomSettings:
    """
    What one file says of a room.

    Attributes:

        topic: What is kept of it.

        path: The file as its author would name it.

        line: Where the room stands in it.
    """

    topic: Topic
    path: str
    line: int


def read_rooms(content: Any, path: Path) -> tuple[list[RoomSettings], list[Problem]]:
    """
    Read the rooms of one `gramex.yaml`.

    Args:

        content: What `parse_yaml` made of the file.

        path: The file.
    """
    problems: list[Problem] = []

    def report(line: int, message: str) -> None:
        problems.append(Problem(str(path), line, message))

    rooms = content.get("rooms") if isinstance(content, YAMLMapping) else None
    if rooms is None:
        return [], []
    if not isinstance(rooms, YAMLMapping):
        line = content.line_of("rooms")
        report(line, f"'rooms' must be a mapping of names to settings, not {kind_of(rooms)}")
        return [], problems
    found = []
    for name in rooms:
        line, said = rooms.line_of(name), rooms[name]
        if said is None:
            said = YAMLMapping(rooms.mark)
        if not 0 < len(name.encode()) <= _LONGEST_NAME:
            report(line, f"the name of a room has 1 to {_LONGEST_NAME} bytes")
        elif not isinstance(said, YAMLMapping):
            report(
                line,
                f"the room {name!r} must be a mapping such as {{history: 200}}, "
                f"not {kind_of(said)}",
            )
        else:
            found.append(RoomSettings(_topic(name, said, report), str(path), line))
    return found, problems


def _topic(name: str, said: YAMLMapping, report: Any) -> Topic:
    values = {key: limit.default for key, limit in ROOM_KEYS.items()}
    for key in said:
        limit = ROOM_KEYS.get(key)
        if limit is None:
            hint = did_you_mean(key, ROOM_KEYS) or f"; there are {', '.join(sorted(ROOM_KEYS))}"
            report(said.line_of(key), f"the room {name!r} has an unknown key {key!r}{hint}")
            continue
        wrong = wrong_limit(key, said[key], limit)
        if wrong:
            report(said.line_of(key), wrong)
        else:
            values[key] = said[key]
    return Topic(name, int(values["history"]), values["history_seconds"])


def twice(rooms: Iterable[RoomSettings]) -> Iterator[Problem]:
    """Find rooms that are named twice: there is one of each name in the whole guide."""
    names: dict[str, RoomSettings] = {}
    for room in rooms:
        first = names.setdefault(room.topic.name, room)
        if first is not room:
            message = (
                f"the room {room.topic.name!r} is already in {first.path}:{first.line}; "
                "name it in one place, or give this one another name"
            )
            yield Problem(room.path, room.line, message)
