"""Where in the guide something was said."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from liveguide.server.tracing.places import Place, Places


def place_of(places: Places, path: object, function: str = "on_message") -> Place | None:
    """Return the place of line 3 of a file, by way of a log record."""
    record = logging.LogRecord("bot", logging.INFO, str(path), 3, "text", None, None, function)
    return places.of_record(record)


@pytest.mark.parametrize(
    ("file", "shown", "view"),
    [
        ("bot.py", "bot.py:3", "bot.py.source/#L3"),
        ("chat/bot.py", "bot.py:3", "chat/bot.py.source/#L3"),
        ("chat/parts/bot.py", "parts/bot.py:3", "chat/parts/bot.py.source/#L3"),
        ("other/a b/bot.py", "other/a b/bot.py:3", "other/a%20b/bot.py.source/#L3"),
    ],
)
def test_a_file_is_named_as_seen_from_its_gramex_yaml(write_tree, tmp_path, file, shown, view):
    """The nearest folder with a gramex.yaml is where readers look from; the link has it all."""
    guide = write_tree({"gramex.yaml": "", "chat/gramex.yaml": "", file: ""})
    places = Places(guide, tmp_path / "site")

    assert place_of(places, guide / file) == Place("bot.on_message", shown, None)

    page = tmp_path / "site" / f"{file}.source/index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    assert place_of(places, guide / file) == Place("bot.on_message", shown, view)


def test_what_is_not_in_the_guide_has_no_place(write_tree, tmp_path):
    """A file beside the guide, a dot folder in it, and code without a file are not its own."""
    guide = write_tree({"gramex.yaml": "", ".venv/lib.py": ""})
    places = Places(guide, tmp_path / "site")

    for path in [f"{guide}-other/bot.py", guide / ".venv/lib.py", "<string>", "bot.py", guide]:
        assert place_of(places, path) is None


def test_a_guide_is_known_by_its_real_path(write_tree, tmp_path, monkeypatch):
    """Through a link and by a relative path it is the same guide."""
    guide = write_tree({"bot.py": ""})
    (tmp_path / "link").symlink_to(guide)
    monkeypatch.chdir(tmp_path)

    for folder in (Path("link"), Path("guide"), guide):
        places = Places(folder, tmp_path / "site")
        for path in ("link/bot.py", "guide/bot.py", guide / "bot.py"):
            place = place_of(places, path)
            assert place is not None
            assert place.line == "bot.py:3"


def test_an_error_s_place_is_the_innermost_of_the_guide_s(write_tree, tmp_path):
    """Not that of the library in which it was raised."""
    guide = write_tree({})
    source = "import json\n\ndef read():\n    json.loads('{')\n\ndef on_message():\n    read()\n"
    names: dict[str, object] = {}
    exec(compile(source, guide / "bot.py", "exec"), names)
    with pytest.raises(ValueError, match="Expecting") as caught:
        names["on_message"]()

    places = Places(guide, tmp_path / "site")

    assert places.of_error(caught.value) == Place("bot.read", "bot.py:4", None)
    assert places.of_error(ValueError("never raised")) is None
