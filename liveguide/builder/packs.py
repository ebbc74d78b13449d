"""The files in which a cache keeps pages, many in one: a file for each would take longer."""

from __future__ import annotations

import os
import time
import weakref
from pathlib import Path
from typing import NamedTuple


class PackedName(NamedTuple):
    """
    What a page is called: the hash of what all may know of it, and where that is.

    Args:

        digest: The hash.

        pack: The file.

        first: Where in the file the page begins, in bytes.

        above: The length of what all may know of it, in bytes; a line end follows.

        below: The length of what it holds, in bytes.
    """

    digest: str
    pack: str
    first: int
    above: int
    below: int

    @property
    def length(self) -> int:
        """The length of all of it, in bytes."""
        return self.above + 1 + self.below

    def __str__(self) -> str:
        """Return it as `read` reads it."""
        return f"{self.digest} {self.pack} {self.first} {self.above} {self.below}"

    @classmethod
    def read(cls, name: str) -> PackedName:
        """Return the name that `str` wrote."""
        digest, pack, first, above, below = name.split(" ")
        return cls(digest, pack, int(first), int(above), int(below))


class Pack:
    """
    A file to which one process appends pages.

    Attributes:

        process: The process.

        name: The file's name.

    Args:

        folder: Where it is made with its first page.
    """

    def __init__(self, folder: Path) -> None:
        self.process = os.getpid()
        self.name = f"{self.process}-{time.time_ns():x}"
        self._path = folder / self.name
        self._file = -1
        self._end = 0

    def append(self, content: bytes) -> int:
        """Write at the end; return where that was."""
        if self._file < 0:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            weakref.finalize(self, os.close, self._file)
        first = end = self._end
        while content:
            written = os.pwrite(self._file, content, end)
            content, end = content[written:], end + written
        self._end = end
        return first
