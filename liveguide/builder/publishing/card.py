"""What the picture of a page shows, and what its file is called."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from functools import cache, cached_property
from pathlib import Path

from ..digests import releases
from ..sources import ASSETS


@dataclass(frozen=True)
class Card:
    """
    What one picture shows.

    Attributes:

        title: The page's title; empty for a picture of the site alone.

        summary: What the page is about.

        site: The site's name.

        host: The host of its address, shown where its name can't be written.

        accent: The colour of the mark, as in `#1f4fd1`.
    """

    title: str
    summary: str
    site: str
    host: str
    accent: str

    @cached_property
    def output(self) -> str:
        """The path of the picture in the site: whatever shows the same is the same file."""
        return f"{ASSETS}/cards/{picture_name(*astuple(self))}.png"


def picture_name(*shown: str) -> str:
    """Return a name for what is drawn from these texts, by the code and the library we have."""
    digest = hashlib.sha256(_drawing().encode())
    for text in shown:
        digest.update(f"{text!r}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


@cache
def _drawing() -> str:
    code = hashlib.sha256((Path(__file__).parent / "drawing.py").read_bytes()).hexdigest()
    return f"{code} {releases(('pillow',))}"
