"""
The folder in which the builds of one site keep what the next one need not make again.

It stands beside the site, in `.liveguide/cache/`, and may be deleted at any time.

    index.json      what the last build made of what, and its report
    pages/NAME      one page: what all may know of it, and below that what it holds

It is JSON and text, and nothing in it is ever run. What it says still ends up in pages, so
it is read only where nobody but us may write, as the site itself; each file has the
hash of its content, in its name or its first line, so that half of one, or one that
a disk has damaged, is never taken for a page.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
import time
import weakref
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

_INDEX = "index.json"
_PAGES = "pages"
_SHORT: Any = {"ensure_ascii": False, "separators": (",", ":")}
_SECONDS_KEPT = 600  # another build may be about to note a page that it has written


class CacheError(Exception):
    """What is kept can't be trusted."""


class Cache:
    """
    What is kept on disk.

    Attributes:

        trouble: Why nothing could be read, or be kept; empty while all is well.

    Args:

        folder: Where; `None` for a folder that goes with this object.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.trouble = ""
        self._is_kept = folder is not None
        if folder is not None:
            try:
                make_ours(folder)
                make_ours(folder / _PAGES)
            except (CacheError, OSError) as error:
                self.trouble = f"the cache {folder} is not used: {_told(error)}"
                folder = None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="liveguide-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            (folder / _PAGES).mkdir()
            self._is_kept = False
        self._folder = folder

    def read_index(self) -> dict[str, Any]:
        """Return what `write_index` wrote; empty where there is nothing, or nothing to trust."""
        path = self._folder / _INDEX
        try:
            digest, _, text = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.trouble = f"the cache {path} can't be read ({_told(error)}); all is built anew"
            return {}
        if digest.decode("ascii", "replace") != _digest(text):
            self.trouble = f"the cache {path} is damaged, so all is built anew"
            return {}
        index: dict[str, Any] = json.loads(_decoded(text))
        return index

    def write_index(self, index: dict[str, Any], names: Collection[str]) -> None:
        """
        Write what is read first, whole or not at all, and remove the pages that it does not name.

        Args:

            index: What is to be kept, as JSON has it.

            names: The names of the pages that are still needed.
        """
        if not self._is_kept:
            return
        text = _encoded(json.dumps(index, **_SHORT))
        beside = self._folder / f"{_INDEX}.{os.getpid()}.tmp"
        try:
            beside.write_bytes(_digest(text).encode() + b"\n" + text)
            beside.replace(self._folder / _INDEX)
            self._remove_others(names)
        except OSError as error:
            self.trouble = f"the cache {self._folder} can't be written: {_told(error)}"
            beside.unlink(missing_ok=True)

    def put_page(self, known: dict[str, Any], texts: Mapping[str, str]) -> str:
        """
        Keep a page; return its name.

        Args:

            known: What all may know of it. Its `places` will say where its texts are.

            texts: What it holds.
        """
        below = b""
        places = {}
        for key, text in texts.items():
            content = _encoded(text)
            places[key] = [len(below), len(content), _digest(content)]
            below += content
        above = _encoded(json.dumps({**known, "places": places}, **_SHORT))
        name = _digest(above)
        path, content = self._folder / _PAGES / name, above + b"\n" + below
        try:
            is_there = path.stat().st_size == len(content)
        except FileNotFoundError:
            is_there = False
        if not is_there:
            path.write_bytes(content)
        return name

    def page(self, name: str) -> dict[str, Any]:
        """
        Return what all may know of a page.

        Raises:

            CacheError: It is gone, or not what was kept.
        """
        try:
            with open(self._folder / _PAGES / name, "rb") as file:
                above = file.readline().rstrip(b"\n")
        except OSError as error:
            raise CacheError(f"{name}: {_told(error)}") from error
        if _digest(above) != name:
            raise CacheError(f"{name} is not what was written")
        known: dict[str, Any] = json.loads(_decoded(above))
        return known

    def text(self, name: str, place: tuple[int, int, str]) -> str:
        """
        Return a text of a page.

        Args:

            name: The page's name.

            place: Where it is, as `places` says.

        Raises:

            CacheError: It is gone, or not what was kept.
        """
        first, length, digest = place
        try:
            with open(self._folder / _PAGES / name, "rb") as file:
                file.readline()
                file.seek(first, os.SEEK_CUR)
                content = file.read(length)
        except OSError as error:
            raise CacheError(f"{name}: {_told(error)}") from error
        if _digest(content) != digest:
            raise CacheError(f"{name} is not what was written")
        return _decoded(content)

    def clear(self) -> None:
        """Remove all that is kept."""
        shutil.rmtree(self._folder / _PAGES, ignore_errors=True)
        (self._folder / _INDEX).unlink(missing_ok=True)
        (self._folder / _PAGES).mkdir(mode=0o700, exist_ok=True)

    def _remove_others(self, names: Collection[str]) -> None:
        oldest = time.time() - _SECONDS_KEPT
        with os.scandir(self._folder / _PAGES) as entries:
            for entry in entries:
                if entry.name not in names and entry.stat().st_mtime < oldest:
                    os.unlink(entry)


def make_ours(folder: Path) -> None:
    """
    Make a folder that only we can write, or make sure that this one is.

    Raises:

        CacheError: It is not.

        OSError: It can't be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise CacheError("it is a link; delete it")
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        raise CacheError("it is another user's; delete it")
    if status.st_mode & 0o022:
        raise CacheError("others may write into it; delete it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CacheError("it can't be written; delete it")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # YAML can hold half of a pair


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
