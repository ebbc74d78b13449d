"""The size of a picture, so that a page keeps its place and nothing moves when it comes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..errors import SourceError
from ..textfile import read_text
from .dependencies import note_read
from .inline_svg import svg_size


def size_of(path: Path) -> tuple[int, int] | None:
    """Return the width and height of a picture in pixels; `None` if they can't be told."""
    note_read(path)
    try:
        status = path.stat()
    except OSError:
        return None
    return _size(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4096)
def _size(path: Path, changed: int, length: int) -> tuple[int, int] | None:
    if path.suffix.lower() == ".svg":
        try:
            size = svg_size(read_text(path))
        except SourceError:
            return None
    else:
        import imagesize  # half of the time that a small build takes, if it is not needed

        try:
            size = imagesize.get(path)
        except (OSError, ValueError, ArithmeticError, LookupError):
            return None
    if size is None or min(size) < 1:
        return None
    return round(size[0]), round(size[1])
