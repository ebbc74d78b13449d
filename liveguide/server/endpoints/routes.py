"""
The routes of a guide: every `gramex.yaml` found and read, names and patterns compared.

What one file says is read in `entries.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import Problem, SourceError
from ...rooms.engine import Topic
from ...textfile import read_text
from ...yamlfile import parse_yaml
from .entries import read_entries
from .room_settings import RoomSettings, read_rooms, twice
from .route import ROUTES_FILE, Route


@dataclass(frozen=True)
class Files:
    """
    What all `gramex.yaml` of a guide say.

    Attributes:

        routes: The routes that are sound, in the order of the files.

        topics: What is kept of each room that they name.

        problems: Everything that is wrong with the others.
    """

    routes: list[Route]
    topics: dict[str, Topic]
    problems: list[Problem]


def read_files(guide: Path, site: Path) -> Files:
    """
    Read every `gramex.yaml` under *guide*, but none in dot folders or in *site*.
    """
    routes: list[Route] = []
    rooms: list[RoomSettings] = []
    problems: list[Problem] = []
    for path in _files(guide, site):
        try:
            content = parse_yaml(read_text(path), str(path))
        except SourceError as error:
            problems.append(error.problem)
            continue
        found, faults = read_entries(content, path, path.parent.relative_to(guide).as_posix())
        routes += found
        problems += faults
        named, faults = read_rooms(content, path)
        rooms += named
        problems += faults
    problems += [*_clashes(routes), *twice(rooms)]
    return Files(routes, {room.topic.name: room.topic for room in rooms}, problems)


def _files(guide: Path, site: Path) -> Iterator[Path]:
    skipped = site.resolve()
    for folder, folders, names in os.walk(guide):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and Path(folder, name).resolve() != skipped
        )
        if ROUTES_FILE in names:
            yield Path(folder, ROUTES_FILE)


def _clashes(routes: list[Route]) -> Iterator[Problem]:
    """Find entries that share a name or a pattern: the second would never be reached."""
    names: dict[str, Route] = {}
    patterns: dict[str, Route] = {}
    for route in routes:
        first = names.setdefault(route.name, route)
        if first is not route:
            message = (
                f"the name {route.name!r} is already an entry's in {first.path}:{first.line}; "
                "put the folder's name before it"
            )
            yield Problem(route.path, route.line, message)
        first = patterns.setdefault(route.pattern, route)
        if first is not route:
            message = (
                f"the entry {first.name!r} in {first.path}:{first.line} already has this pattern; "
                "begin each with /$YAMLURL/ and end it differently"
            )
            yield Problem(route.path, route.line, message)
