"""What a gramex.yaml says of rooms, and every message about a faulty one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.rooms.engine import Topic
from liveguide.server.endpoints.routes import Files, read_files

Load = Callable[[dict[str, str]], Files]


@pytest.fixture(name="load")
def _load(write_tree, tmp_path, monkeypatch) -> Load:
    """Return a function that reads a guide's files, named as from the command line."""

    def load(files: dict[str, str]) -> Files:
        write_tree(files)
        monkeypatch.chdir(tmp_path)
        return read_files(Path("guide"), Path("site"))

    return load


def test_a_room_keeps_what_its_settings_say(load: Load) -> None:
    """Where nothing is said, nothing is kept; a history lasts ten minutes."""
    files = load(
        {"a/gramex.yaml": "rooms:\n  x:\n  y: {history: 7}\n  z: {history_seconds: 1.5}\n"}
    )

    assert files.problems == []
    assert files.topics == {"x": Topic("x"), "y": Topic("y", 7, 600), "z": Topic("z", 0, 1.5)}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rooms: 3\n", 1, "'rooms' must be a mapping of names to settings, not a number"),
        (
            "rooms:\n  x: 200\n",
            2,
            "the room 'x' must be a mapping such as {history: 200}, not a number",
        ),
        (
            "rooms:\n  x:\n    histori: 1\n",
            3,
            "the room 'x' has an unknown key 'histori'; did you mean 'history'?",
        ),
        (
            "rooms:\n  x:\n    length: 1\n",
            3,
            "the room 'x' has an unknown key 'length'; there are history, history_seconds",
        ),
        (
            "rooms:\n  x: {history: -1}\n",
            2,
            "'history' is -1, but it goes from 0 to 100000 messages",
        ),
        (
            "rooms:\n  x: {history_seconds: long}\n",
            2,
            "'history_seconds' must be a number of seconds, but it is text",
        ),
        (f"rooms:\n  {'x' * 201}:\n", 2, "the name of a room has 1 to 200 bytes"),
        ("room:\n  x:\n", 1, "there is no section 'room'; did you mean 'rooms'?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    load: Load, text: str, line: int, message: str
) -> None:
    """Each message names the value and what would be right."""
    (problem,) = load({"gramex.yaml": text}).problems

    assert (problem.path, problem.line, problem.message) == ("guide/gramex.yaml", line, message)


def test_two_files_that_name_one_room_are_both_told(load: Load) -> None:
    """There is one room of a name in the whole guide, so it can't be set twice."""
    room = "rooms:\n  queue: {history: 5}\n"
    (problem,) = load({"a/gramex.yaml": room, "b/gramex.yaml": "# here\n" + room}).problems

    assert str(problem) == (
        "guide/b/gramex.yaml:3: error: the room 'queue' is already in guide/a/gramex.yaml:2; "
        "name it in one place, or give this one another name"
    )
