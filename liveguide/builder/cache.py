"""
The folder in which the builds of one site keep what the next one need not make again.

It stands beside the site, in `.liveguide/cache/`, and may be deleted at any time.

    index.json      what the last build made of what, and its report
    pages/PACK      pages (packs.py): of each, what all may know of it, and below that what it holds

It is JSON and text, and nothing in it is ever run. What it says still ends up in pages, so
it is read only where nobody but us may write, as the site itself; the index has the
hash of its content in its first line, and a page in its name, so that half of one, or one that
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

from .packs import Pack, PackedName

_INDEX = "index.json"
_PAGES = "pages"
_SHORT: Any = {"ensure_ascii": False, "separators": (",", ":")}
_BYTES_ALLOWED = 1 << 20
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
        self._pages = folder / _PAGES
        self._pack = Pack(self._pages)

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
        Write what is read first, whole or not at all, and remove packs of which it names no page.

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
        if self._pack.process != os.getpid():  # a fork writes into one of its own
            self._pack = Pack(self._pages)
        first = self._pack.append(above + b"\n" + below)
        return str(PackedName(_digest(above), self._pack.name, first, len(above), len(below)))

    def page(self, name: str) -> dict[str, Any]:
        """
        Return what all may know of a page.

        Raises:

            CacheError: It is gone, or not what was kept.
        """
        place = PackedName.read(name)
        known: dict[str, Any] = json.loads(
            self._read(place.pack, place.first, place.above, place.digest)
        )
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
        page = PackedName.read(name)
        first, length, digest = place
        return self._read(page.pack, page.first + page.above + 1 + first, length, digest)

    def _read(self, pack: str, first: int, length: int, digest: str) -> str:
        try:
            file = os.open(f"{self._pages}/{pack}", os.O_RDONLY)  # paths take long to join
            try:
                content = os.pread(file, length, first)
            finally:
                os.close(file)
        except OSError as error:
            raise CacheError(f"{pack}: {_told(error)}") from error
        if _digest(content) != digest:
            raise CacheError(f"{pack} is not what was written")
        return _decoded(content)

    def gathered(self, names: dict[str, str]) -> dict[str, str]:
        """
        Return the names of pages, after they were gathered if most of their packs is not theirs.

        Args:

            names: The pages that are still needed, by whatever the caller calls them.
        """
        places = {key: PackedName.read(name) for key, name in names.items()}
        needed = sum(place.length for place in places.values())
        try:
            packs = {self._pages / place.pack for place in places.values()}
            held = sum(pack.stat().st_size for pack in packs)
            if held <= 2 * needed + _BYTES_ALLOWED:
                return names
            self._pack = Pack(self._pages)
            return {key: str(self._moved(place)) for key, place in places.items()}
        except OSError:
            return names  # whoever reads them next finds what is wrong

    def _moved(self, place: PackedName) -> PackedName:
        """Append a page to the pack of this process; return its new name."""
        with open(self._pages / place.pack, "rb") as file:
            file.seek(place.first)
            first = self._pack.append(file.read(place.length))
        return place._replace(pack=self._pack.name, first=first)

    def clear(self) -> None:
        """Remove all that is kept."""
        shutil.rmtree(self._pages, ignore_errors=True)
        (self._folder / _INDEX).unlink(missing_ok=True)
        for folder in (self._folder, self._pages):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._pack = Pack(self._pages)

    def _remove_others(self, names: Collection[str]) -> None:
        packs = {PackedName.read(name).pack for name in names}
        oldest = time.time() - _SECONDS_KEPT
        with os.scandir(self._pages) as entries:
            for entry in entries:
                if entry.name not in packs and entry.stat().st_mtime < oldest:
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
