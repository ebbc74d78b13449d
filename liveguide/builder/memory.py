"""
What a build remembers for the next: pages, and what else took time to make.

A build that is done once begins with an empty memory, and asks it the same
questions. Everything is kept with what it was made of, its *basis*, and made
again when that is another; so the site is, to the byte, what it would be
without a memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .digests import Digests, those_among
from .rendering import RenderedPage
from .sources import MANIFEST, Sources

Made = TypeVar("Made")

_NOTHING = object()


class Memory:
    """
    The memory of one guide's builds into one site.

    Attributes:

        digests: The hashes of files.
    """

    def __init__(self) -> None:
        self.digests = Digests()
        self._pages: dict[str, RenderedPage] = {}
        self._pages_basis: object = _NOTHING
        self._made: dict[Hashable, tuple[object, Any]] = {}
        self._asked: dict[Hashable, tuple[object, Any]] = {}
        self._generation: object = _NOTHING
        self._number = 0
        self._written: dict[str, object] = {}
        self._old: dict[str, object] = {}
        self._outputs: set[str] = set()
        self._writing: dict[str, object] = {}
        self._kept: set[str] = set()
        self._site: tuple[int, int] | None = None

    def pages(self, sources: Sources, basis: object) -> dict[str, RenderedPage]:
        """
        Return the pages that need not be rendered, by their uris.

        Args:

            sources: Every file of the guide, as it is now.

            basis: What all pages are made of besides.
        """
        if self._pages_basis != basis:
            self._pages.clear()
            self._pages_basis = basis
        return {
            uri: page
            for uri, page in self._pages.items()
            if not page.problems
            and sources.files.get(uri) == page.file
            and page.dependencies.hold(sources, self.digests)
        }

    def keep_pages(self, pages: Collection[RenderedPage]) -> None:
        """Remember pages; their files are now what they were made of, or `forget` will be told."""
        for page in pages:
            files = page.dependencies.files
            files.update({file: self.digests.of(file) for file in files})
        self._pages = {page.file.uri: page for page in pages}

    def forget(self, changed: Collection[Path]) -> None:
        """Forget what was made of these files, which have changed, whatever they look like."""
        self.digests.forget(changed)
        every = {file for page in self._pages.values() for file in page.dependencies.files}
        others = those_among(changed, every)
        for uri, page in list(self._pages.items()):
            if not others.isdisjoint(page.dependencies.files):
                del self._pages[uri]

    def is_outdated(self) -> bool:
        """Say whether a file that some page was made of is another by now."""
        return any(
            self.digests.of(file) != digest
            for page in self._pages.values()
            for file, digest in page.dependencies.files.items()
        )

    def recall(self, key: Hashable, basis: object, make: Callable[[], Made]) -> Made:
        """
        Return what *make* makes, from the last build where that was made of the same.

        Args:

            key: What it is called.

            basis: All that it is made of.

            make: Makes it, of nothing else.
        """
        made: tuple[object, Made] | None = self._made.get(key)
        if made is None or made[0] != basis:
            made = (basis, make())
        self._asked[key] = self._made[key] = made
        return made[1]

    def generation(self, basis: object) -> int:
        """Return a number that is another whenever *basis* is: a basis in short."""
        if self._generation != basis:
            self._generation = basis
            self._number += 1
        return self._number

    def begin(self, site: Path) -> None:
        """Begin to write a site, in the place of *site*; if that is not ours, nothing is kept."""
        is_ours = self._site is not None and self._site == _stamp(site)
        self._old = self._written if is_ours else {}
        self._outputs = self._outputs if is_ours else set()
        # Until the end: what goes wrong on the way is never taken for a site.
        self._written, self._writing, self._kept, self._site = {}, {}, set(), None

    def keeps(self, output: str, basis: object) -> bool:
        """Say whether a file need not be written: the last site has it, made of the same."""
        self._writing[output] = basis
        if self._old.get(output, _NOTHING) != basis:
            return False
        self._kept.add(output)
        return True

    def complete(self, site: Path, staging: Path) -> list[str]:
        """
        Put what is kept of the old *site* into the new one; return the paths of what is another.

        Files with the same content are one file, by hard links: whoever knows it
        by its inode need not load it again.
        """
        written = _files(staging)
        for output in self._kept - written:
            _link(site / output, staging / output)
        changed = self._outputs - self._kept - written
        for output in written:
            if output in self._outputs and _is_same(site / output, staging / output):
                (staging / output).unlink()
                _link(site / output, staging / output)
            else:
                changed.add(output)
        self._outputs = self._kept | written
        return sorted(changed - {MANIFEST})

    def end(self, site: Path) -> None:
        """Note that the site is in its place."""
        self._written = self._writing
        self._made, self._asked = self._asked, {}
        self._site = _stamp(site)


@dataclass(frozen=True)
class Remembered:
    """
    What is made of one page and of what all pages share.

    Args:

        memory: The memory.

        generation: The number that stands for what all pages share, as `Memory.generation`
            returns it.
    """

    memory: Memory
    generation: int

    def keeps(self, output: str, *basis: object) -> bool:
        """As `Memory.keeps`, for what is made of *basis* and of what all pages share."""
        return self.memory.keeps(output, (self.generation, *basis))

    def recall(self, key: Hashable, make: Callable[[], Made], *basis: object) -> Made:
        """As `Memory.recall`, for what is made of *basis* and of what all pages share."""
        return self.memory.recall(key, (self.generation, *basis), make)

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is made of nothing but what all pages share."""
        return self.recall(key, make)


def _stamp(site: Path) -> tuple[int, int] | None:
    try:
        stat = (site / MANIFEST).stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _files(folder: Path) -> set[str]:
    top = len(str(folder)) + 1
    return {
        os.path.join(path, name)[top:].replace(os.sep, "/")
        for path, _, names in os.walk(folder)
        for name in names
    }


def _link(source: Path, path: Path) -> None:
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        os.link(source, path)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        path.write_bytes(source.read_bytes())


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    except OSError:
        return False
