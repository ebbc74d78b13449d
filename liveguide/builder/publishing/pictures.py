"""
Pictures that a build makes, kept beside the site so that the next build need not draw them again.

Drawing one takes about 10 ms. Whatever a picture shows is in its name, and the hash of its
content in its first line; it is used only where nobody but us may write. So what is kept is
never wrong. What no build has asked for in a month is removed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from ..cache import CacheError, make_ours
from ..copies import digest_of
from ..front_end import FRONTEND
from ..output import copy_file, write_file
from ..sources import ASSETS
from .card import Card, picture_name

DEFAULT_ACCENT = "#1f4fd1"
"""The accent colour of a site that names none, in which `icon.svg` is drawn."""

FOLDER = "pictures"
"""The folder of kept pictures, in the work folder beside the site."""

_SECONDS_KEPT = 30 * 24 * 3600
_SHIPPED = Path(__file__).parent / "icons"  # as drawn in the default accent
_SVG = f"{ASSETS}/icon.svg"
_ICONS = {"favicon.ico": "favicon", "apple-touch-icon.png": "touch_icon"}


def write_card(card: Card, kept: Path, site: Path) -> list[str]:
    """
    Write the picture of a card; return its path in the site.

    Args:

        card: What it shows.

        kept: The folder of pictures from earlier builds.

        site: The site that is being written.
    """

    def draw() -> bytes:
        from .drawing import drawn  # loads Pillow

        return drawn(card)

    _write(site / card.output, _picture(kept / card.output.rpartition("/")[2], draw))
    return [card.output]


def write_icons(accent: str, taken: Collection[str], kept: Path, site: Path) -> list[str]:
    """
    Write the icons of a site, in its accent colour; return their paths in it.

    Args:

        accent: The colour, as in `#1f4fd1`.

        taken: Those that are not ours to write.

        kept: The folder of pictures from earlier builds.

        site: The site that is being written.
    """
    svg = (FRONTEND / "icon.svg").read_text(encoding="utf-8").replace(DEFAULT_ACCENT, accent)
    write_file(site, _SVG, svg)
    written = [_SVG]
    for output, function in _ICONS.items():
        if output in taken:
            continue
        written.append(output)
        if accent == DEFAULT_ACCENT:
            copy_file(_SHIPPED / output, site / output)
            continue

        def draw(function: str = function) -> bytes:
            from . import drawing

            icon: bytes = getattr(drawing, function)(accent)
            return icon

        path = kept / f"{picture_name(output, accent)}-{output}"
        _write(site / output, _picture(path, draw))
    return written


def forget_old(kept: Path) -> None:
    """Remove the kept pictures that no build has asked for in a month."""
    oldest = time.time() - _SECONDS_KEPT
    for path in kept.iterdir() if kept.is_dir() else ():
        with suppress(FileNotFoundError):  # another build may do the same
            if path.stat().st_mtime < oldest:
                path.unlink()


def _picture(path: Path, draw: Callable[[], bytes]) -> bytes:
    """Return what is kept at *path*, or else what *draw* draws, which is kept then."""
    try:
        make_ours(path.parent)
    except (CacheError, OSError):
        return draw()
    with suppress(OSError):
        digest, _, content = path.read_bytes().partition(b"\n")
        if digest.decode("ascii", "replace") == digest_of(content):
            os.utime(path)
            return content
    content = draw()
    # Whole or not at all: another build may look for it.
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_bytes(digest_of(content).encode() + b"\n" + content)
    beside.replace(path)
    return content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
