"""The pictures that are kept from one build to the next."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder.publishing import drawing
from liveguide.builder.publishing.card import Card
from liveguide.builder.publishing.pictures import forget_old, write_card

MONTH = 31 * 24 * 3600


def cards(count: int) -> list[Card]:
    """Return so many different cards."""
    return [Card(f"Page {n}", "", "Guide", "docs.example.org", "#0a6640") for n in range(count)]


def test_pictures_that_no_build_has_asked_for_are_removed(tmp_path: Path) -> None:
    """Those that were used within the month stay, however old they are."""
    kept, old = tmp_path / "kept", time.time() - MONTH
    used, unused = cards(2)
    for card in (used, unused):
        write_card(card, kept, tmp_path / "first")
    for path in kept.iterdir():
        os.utime(path, (old, old))
    write_card(used, kept, tmp_path / "second")

    forget_old(kept)

    assert [path.name for path in kept.iterdir()] == [Path(used.output).name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"GIF89a"),
        lambda path: path.parent.chmod(0o777),
    ],
    ids=["empty", "truncated", "another picture", "writable for everybody"],
)
def test_a_kept_picture_that_can_not_be_trusted_is_drawn_again(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """What a disk has damaged, or somebody may have planted, never reaches a reader."""
    (card,) = cards(1)
    write_card(card, tmp_path / "kept", tmp_path / "first")
    (path,) = (tmp_path / "kept").iterdir()
    drawn = (tmp_path / "first" / card.output).read_bytes()

    damage(path)
    if path.parent.stat().st_mode & 0o002:
        path.write_bytes(hashlib.sha256(b"Evil").hexdigest()[:32].encode() + b"\nEvil")
    write_card(card, tmp_path / "kept", tmp_path / "second")

    assert (tmp_path / "second" / card.output).read_bytes() == drawn


def test_a_kept_picture_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next build copies it."""
    (card,) = cards(1)
    write_card(card, tmp_path / "kept", tmp_path / "first")
    monkeypatch.setattr(drawing, "drawn", None)

    write_card(card, tmp_path / "kept", tmp_path / "second")

    assert (tmp_path / "second" / card.output).read_bytes()[:4] == b"\x89PNG"


def test_nothing_is_kept_before_the_first_build(tmp_path: Path) -> None:
    """The folder need not be there."""
    forget_old(tmp_path / "kept")

    assert not (tmp_path / "kept").exists()
