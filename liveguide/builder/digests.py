"""Hashes of files, read again only where a file may be another one."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from collections.abc import Collection
from functools import cache
from pathlib import Path

_Stamp = tuple[int, int, int, int]
_LARGE = 1 << 20
_UNREADABLE = "unreadable"


class Digests:
    """
    The hashes of the files of one process.

    A file whose inode, size and times are what they were is taken for what it
    was. Two changes within a tick of the system's clock can look so; whoever is
    told of changes says so with `forget`.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Stamp, str]] = {}
        self._since = time.time_ns()

    def of(self, path: Path | str) -> str:
        """Return a hash of a file's content; of one that can't be read, a word that says so."""
        name = os.fspath(path)
        try:
            found = os.stat(name)
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            known = self._known.get(name)
            if known is not None and known[0] == stamp:
                return known[1]
            if not stat.S_ISREG(found.st_mode):
                return _UNREADABLE  # a pipe, say, in which nothing may ever come
            with open(name, "rb") as file:
                if found.st_size > _LARGE:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                else:  # all at once, which is quicker
                    digest = hashlib.sha256(file.read()).hexdigest()
        except OSError:
            return _UNREADABLE
        self._known[name] = (stamp, digest)
        return digest

    def of_folder(self, folder: Path) -> str:
        """Return a hash of all files in and below a folder, and of their names."""
        digest = hashlib.sha256()
        for path, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                file = os.path.join(path, name)
                uri = os.path.relpath(file, folder)
                digest.update(f"{uri!a} {self.of(file)}\n".encode())
        return digest.hexdigest()

    def known(self, path: str) -> str:
        """
        Return the hash of a file that has been read by somebody else, of what that was at most.

        That is the hash from before, or the one of now if the file has not changed since this
        object was made; else nothing, which is the hash of no file.
        """
        if path in self._known:
            return self._known[path][1]
        digest = self.of(path)
        stamp = self._known[path][0] if path in self._known else None
        return digest if stamp and max(stamp[2:]) < self._since else ""

    def forget(self, paths: Collection[Path]) -> None:
        """Read these files again when they are next asked for."""
        for name in those_among(paths, list(self._known)):
            del self._known[name]


def digest_of(*parts: object) -> str:
    """Return a hash of values that `repr` tells apart."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def releases(names: tuple[str, ...]) -> str:
    """
    Return the releases of Python and of these packages, as their folders are called.

    Not from `importlib.metadata`, which takes longer to load than a build without a change.

    Args:

        names: The packages, as they call themselves, in small letters.
    """
    beginnings = tuple(f"{name}-" for name in names)
    found = {
        entry
        for folder in sys.path
        if os.path.isdir(folder)
        for entry in os.listdir(folder)
        if entry.endswith((".dist-info", ".egg-info"))
        and entry.lower().replace("_", "-").replace(".", "-").startswith(beginnings)
    }
    return " ".join([sys.version, *sorted(found)])


def those_among(paths: Collection[Path], names: Collection[str]) -> set[str]:
    """Return those of *names* that are one of these files, whatever way there they name."""
    changed = {os.path.realpath(path) for path in paths}
    last_parts = {path.name for path in paths}
    return {
        name
        for name in names
        # The first question answers nearly all, and asks no disk.
        if os.path.basename(name) in last_parts and os.path.realpath(name) in changed
    }
