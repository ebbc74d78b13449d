"""
Pictures that a build makes, kept beside the site so that the next build need not draw them again.

Drawing one takes about 10 ms. Whatever a picture shows is in its name, so what
is kept is never wrong; what no build has asked for in a month is removed.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

from ..sources import ASSETS
from .card import Card, picture_name

DEFAULT_ACCENT = "#1f4fd1"
"""The accent colour of a site that names none, in which `icon.svg` is drawn."""

FOLDER = "pictures"
"""The folder of kept pictures, in the work folder beside the site."""

_CARDS_WORTH_A_PROCESS = 30
_SECONDS_KEPT = 30 * 24 * 3600
_SHIPPED = Path(__file__).parent / "icons"  # as drawn in the default accent
_ICONS = {"favicon.ico": "favicon", "apple-touch-icon.png": "touch_icon"}


def write_cards(cards: Iterable[Card], kept: Path, site: Path) -> None:
    """
    Write the pictures of all these cards.

    Args:

        cards: What they show.

        kept: The folder of pictures from earlier builds.

        site: The site that is being written.
    """
    wanted = {card.output: card for card in cards}
    missing = [card for card in wanted.values() if not (kept / _name(card)).is_file()]
    for card, png in zip(missing, _drawn(missing), strict=True):
        _keep(kept / _name(card), png)
    for output, card in wanted.items():
        _copy(kept / _name(card), site / output)
        os.utime(kept / _name(card))


def write_icons(accent: str, taken: Callable[[str], bool], kept: Path, site: Path) -> None:
    """
    Write the icons of a site, in its accent colour.

    Args:

        accent: The colour, as in `#1f4fd1`.

        taken: Whether the guide has a file of its own at a path.

        kept: The folder of pictures from earlier builds.

        site: The site that is being written.
    """
    for output, function in _ICONS.items():
        if taken(output):
            continue
        if accent == DEFAULT_ACCENT:
            _copy(_SHIPPED / output, site / output)
            continue
        path = kept / f"{picture_name(output, accent)}-{output}"
        if not path.is_file():
            from . import drawing  # loads Pillow

            _keep(path, getattr(drawing, function)(accent))
        _copy(path, site / output)
        os.utime(path)
    if accent == DEFAULT_ACCENT:
        return
    svg = site / ASSETS / "icon.svg"
    text = svg.read_text(encoding="utf-8")
    svg.write_text(text.replace(DEFAULT_ACCENT, accent), encoding="utf-8", newline="\n")


def forget_old(kept: Path) -> None:
    """Remove the kept pictures that no build has asked for in a month."""
    oldest = time.time() - _SECONDS_KEPT
    for path in kept.iterdir() if kept.is_dir() else ():
        with suppress(FileNotFoundError):  # another build may do the same
            if path.stat().st_mtime < oldest:
                path.unlink()


def _drawn(cards: list[Card]) -> Iterator[bytes]:
    if not cards:
        return
    jobs = min(os.cpu_count() or 1, 1 + len(cards) // _CARDS_WORTH_A_PROCESS)
    from .drawing import drawn  # loads Pillow

    if jobs == 1:
        yield from map(drawn, cards)
        return
    context = multiprocessing.get_context("spawn" if os.name == "nt" else None)
    with ProcessPoolExecutor(jobs, context) as pool:
        yield from pool.map(drawn, cards, chunksize=8)


def _name(card: Card) -> str:
    return card.output.rpartition("/")[2]


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: another build may look for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_bytes(content)
    beside.replace(path)


def _copy(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
