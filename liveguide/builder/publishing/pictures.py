"""
Pictures that a build makes, kept beside the site so that the next build need not draw them again.

Drawing one takes about 10 ms. Whatever a picture shows is in its name, so what
is kept is never wrong; what no build has asked for in a month is removed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ..assets import FRONTEND
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
    path = kept / card.output.rpartition("/")[2]
    if not path.is_file():
        from .drawing import drawn  # loads Pillow

        _keep(path, drawn(card))
    copy_file(path, site / card.output)
    os.utime(path)
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
        path = kept / f"{picture_name(output, accent)}-{output}"
        if not path.is_file():
            from . import drawing  # loads Pillow

            _keep(path, getattr(drawing, function)(accent))
        copy_file(path, site / output)
        os.utime(path)
    return written


def forget_old(kept: Path) -> None:
    """Remove the kept pictures that no build has asked for in a month."""
    oldest = time.time() - _SECONDS_KEPT
    for path in kept.iterdir() if kept.is_dir() else ():
        with suppress(FileNotFoundError):  # another build may do the same
            if path.stat().st_mtime < oldest:
                path.unlink()


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: another build may look for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_bytes(content)
    beside.replace(path)
