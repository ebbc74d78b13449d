"""The pictures that are kept from one build to the next."""

from __future__ import annotations

import os
import time
from pathlib import Path

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


def test_nothing_is_kept_before_the_first_build(tmp_path: Path) -> None:
    """The folder need not be there."""
    forget_old(tmp_path / "kept")

    assert not (tmp_path / "kept").exists()
