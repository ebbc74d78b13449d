"""
What a build remembers for the next: pages, files of the site, and what else took time to make.

A build that is done once begins with an empty memory, and asks it the same
questions. Everything is kept with what it was made of, its *basis*, and made
again when that is another; so the site is, to the byte, what it would be
without a memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from .cache import Cache, CacheError
from .copies import copies_of
from .digests import Digests, those_among
from .last_site import is_same, link, link_all, manifest_stamp, stamps
from .output import cache_of
from .walking import MANIFEST

if TYPE_CHECKING:
    from .rendered import KnownPage
    from .sources import SourceFile, Sources

Made = TypeVar("Made")

_NONE: Mapping[str, str] = MappingProxyType({})


class Part(NamedTuple):
    """
    A few files of a site that are made of the same.

    Args:

        name: What the part is called, in every build alike.

        basis: The hash of all that it is made of.

        write: Writes them, and returns their paths in the site.

        is_sent: Whether readers' browsers load them, so that compressed copies pay.
    """

    name: str
    basis: str
    write: Callable[[], Iterable[str]]
    is_sent: bool = True


class Memory:
    """
    The memory of one guide's builds into one site.

    Attributes:

        digests: The hashes of files.

        cache: What is kept on disk.

        is_for_one_build: Whether only other processes will ask what this one has built.

    Args:

        site: The site, beside which other processes remember the same; `None` for a memory
            that goes with this object.

        is_for_one_build: See above.
    """

    def __init__(self, site: Path | None = None, is_for_one_build: bool = False) -> None:
        self.is_for_one_build = is_for_one_build
        self.digests = Digests()
        self.cache = Cache(cache_of(site) if site else None)
        self._index: dict[str, Any] | None = None
        self._forget_all("")

    def _forget_all(self, basis: str) -> None:
        self._basis = basis
        self._pages: dict[str, KnownPage] = {}
        self._pages_basis = ""
        self._outdated: dict[str, KnownPage] = {}
        self._names: dict[str, str] = {}
        self._held: dict[str, tuple[str, Any]] = {}
        self._recalled: dict[str, Any] = {}
        self._asked: dict[str, Any] = {}
        self._parts: dict[str, list[Any]] = {}
        self._parts_basis = ""
        self._new_parts: dict[str, list[Any]] = {}
        self._kept: set[str] = set()
        self._last: dict[str, Any] = {}
        self._site: object = None

    def open(self, basis: str, site: Path) -> None:
        """
        Begin a build.

        Args:

            basis: The hash of what all is made of: of the builder, and what it was asked for.

            site: The site. What is remembered of its files counts only if they are as we left them.
        """
        if self._index is None:
            self._index = self.cache.read_index()
            if self._index.get("basis") == basis:
                self._take_in(self._index, site)
        if self._basis != basis:
            self._forget_all(basis)

    def _take_in(self, index: dict[str, Any], site: Path) -> None:
        self._basis = index["basis"]
        self._pages_basis = index["pages_basis"]
        self._names = index["pages"]
        self._recalled = index["recalled"]
        self._parts, self._parts_basis = index["parts"], index["parts_basis"]
        self._last = index["last"]
        self._site = manifest_stamp(site) if index["site"] == stamps(site) else None

    def last(self, noted: Mapping[str, str], site: Path) -> dict[str, Any] | None:
        """Return what was noted of the last build, if it made *site* of what is *noted* now."""
        is_ours = self._site is not None and self._site == manifest_stamp(site)
        return self._last if is_ours and noted.items() <= self._last.items() else None

    @property
    def is_new(self) -> bool:
        """Whether a site is built for which nothing is remembered, and nothing will be asked of."""
        return self.is_for_one_build and not self._parts

    def included(self) -> list[str]:
        """Return the files outside the guide that the pages of the last build show."""
        included: list[str] = self._last.get("included", [])
        return included

    def pages(self, sources: Sources, basis: str) -> dict[str, KnownPage]:
        """
        Return the pages that need not be rendered, by their uris.

        Args:

            sources: Every file of the guide, as it is now.

            basis: The hash of what all pages are made of besides.

        Raises:

            CacheError: The cache is damaged.
        """
        from .keeping import kept_page  # needs Markdown, which a build without a change does not

        if self._pages_basis != basis:
            self._pages, self._outdated, self._names, self._pages_basis = {}, {}, {}, basis
        pages = {}
        for file in sources.pages:
            name = self._names.get(file.uri)
            if name is None:
                continue
            page = self._pages.get(file.uri) or kept_page(file, name, self.cache)
            if not page.problems and page.dependencies.hold(sources, self.digests):
                pages[file.uri] = self.lightened(page)
            else:
                self._outdated[file.uri] = page
        return pages

    def pieces(self, file: SourceFile) -> Mapping[str, Any]:
        """
        Return the pieces that a page had which is to be rendered again.

        Raises:

            CacheError: The cache is damaged.
        """
        from .keeping import pieces_of

        page = self._outdated.get(file.uri)
        return pieces_of(page, self.cache) if page else _NONE

    def lightened(self, page: KnownPage) -> KnownPage:
        """Return a page without what nobody will ask of this process, of ten thousand in one."""
        if self.is_for_one_build:
            page.dependencies.clear()
        return page

    def keep_pages(self, pages: Collection[KnownPage]) -> None:
        """Remember pages."""
        self._outdated = {}
        self._names = {page.file.uri: page.name for page in pages}
        if not self.is_for_one_build:
            self._pages = {page.file.uri: page for page in pages}

    def forget(self, changed: Collection[Path]) -> None:
        """Forget what was made of these files, which have changed, whatever they look like."""
        self.digests.forget(changed)
        every = {file for page in self._pages.values() for file in page.dependencies.files}
        others = those_among(changed, every)
        for uri, page in list(self._pages.items()):
            if not others.isdisjoint(page.dependencies.files):
                self._outdated[uri] = self._pages.pop(uri)
                del self._names[uri]
        self._last = {}

    def is_outdated(self) -> bool:
        """Say whether a file that some page was made of is another by now."""
        return any(
            self.digests.of(file) != digest
            for page in self._pages.values()
            for file, digest in page.dependencies.files.items()
        )

    def hold(self, key: str, basis: str, make: Callable[[], Made]) -> Made:
        """
        Return what *make* makes, from the last build of this process where the basis was the same.

        Args:

            key: What it is called.

            basis: The hash of all that it is made of.

            make: Makes it, of nothing else.
        """
        held: tuple[str, Made] | None = self._held.get(key)
        if held is None or held[0] != basis:
            self._held[key] = held = (basis, make())
        return held[1]

    def recall(self, key: str, basis: str, make: Callable[[], Made]) -> Made:
        """As `hold`, but from the last build of any process; *make* makes what JSON has."""
        recalled = self._recalled.get(key)
        if recalled is None or recalled[0] != basis:
            recalled = [basis, make()]
        self._asked[key] = recalled
        made: Made = recalled[1]
        return made

    def begin(self, site: Path) -> None:
        """Begin to write a site, in the place of *site*; if that is not ours, nothing is kept."""
        if self._site is None or self._site != manifest_stamp(site):
            self._parts = {}
        # Until the end: what goes wrong on the way is never taken for a site.
        self._new_parts, self._kept, self._site, self._last = {}, set(), None, {}

    def missing(self, parts: Iterable[Part], basis: str = "") -> list[Part]:
        """
        Return the parts that are to be written; the last site has the others, of the same.

        Args:

            parts: All parts.

            basis: The hash of what all of them are made of besides.
        """
        if self._parts_basis != basis:
            self._parts, self._parts_basis = {}, basis
        missing = []
        for part in parts:
            old = self._parts.get(part.name)
            if old is not None and old[0] == part.basis:
                self._new_parts[part.name] = old
                self._kept.update(old[1])
            else:
                missing.append(part)
        return missing

    def wrote(self, part: Part, outputs: list[str], copied: Mapping[str, str] = _NONE) -> None:
        """
        Note that a part is written.

        Args:

            part: The part.

            outputs: Its files.

            copied: Which of them have compressed copies, as `Copier.copy` returns it.
        """
        copies = [copy for output, codings in copied.items() for copy in copies_of(codings, output)]
        self._new_parts[part.name] = [part.basis, [*outputs, *copies], dict(copied)]

    def copied(self) -> dict[str, str]:
        """Return which files of the new site have compressed copies."""
        return {
            output: codings
            for _, _, copied in self._new_parts.values()
            for output, codings in copied.items()
        }

    def complete(self, site: Path, staging: Path) -> list[str]:
        """
        Put what is kept of the old *site* into the new one; return the paths of what is another.

        Files with the same content are one file, by hard links: whoever knows it
        by its inode need not load it again.
        """
        before = {output for _, outputs, _ in self._parts.values() for output in outputs}
        written = {output for _, outputs, _ in self._new_parts.values() for output in outputs}
        written -= self._kept
        link_all(self._kept, site, staging)
        changed = before - self._kept - written
        for output in written:
            if output in before and is_same(site / output, staging / output):
                (staging / output).unlink()
                link(site / output, staging / output)
            else:
                changed.add(output)
        return sorted(changed - {MANIFEST})

    def end(self, site: Path, last: dict[str, Any]) -> None:
        """
        Note that the site is in its place.

        Args:

            site: The site.

            last: What `last` is to return: the `fingerprint` of what was built, the files
                `included`, and what else JSON has.
        """
        self._parts, self._last = self._new_parts, last
        self._recalled, self._asked = self._asked, {}
        self._site = manifest_stamp(site)

    def save(self, site: Path) -> None:
        """Keep all that is remembered for other processes."""
        if self._site is None or self._site != manifest_stamp(site):
            return
        self._names = self.cache.gathered(self._names)
        for uri, page in self._pages.items():
            page.name = self._names.get(uri, page.name)
        index = {
            "basis": self._basis,
            "last": self._last,
            "site": stamps(site),
            "pages_basis": self._pages_basis,
            "pages": self._names,
            "parts_basis": self._parts_basis,
            "parts": self._parts,
            "recalled": self._recalled,
        }
        self.cache.write_index(index, set(self._names.values()))

    def lose(self, error: CacheError) -> None:
        """Begin with nothing: what is kept can't be trusted."""
        self.cache.trouble = f"the cache is damaged ({error}), so all is built anew"
        self.cache.clear()
        self._forget_all(self._basis)
