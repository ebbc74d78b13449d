"""
What a page was made of: the files that were read for it, and the names that were looked up.

A page is rendered again when one of these is another. It is noted while the
page is rendered, by those who read and look up, not guessed afterwards.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .digests import Digests
from .sources import SourceFile, Sources


@dataclass
class Dependencies:
    """
    What one page was made of.

    Attributes:

        files: The files that were read, and the hash of each.

        lookups: What each name stood for, by the table that was asked: which file, or whether
            there is such a folder.

        whole: Whether all names were looked through, as for a suggestion.
    """

    files: dict[str, str] = field(default_factory=dict)
    lookups: dict[str, dict[str, str | bool | None]] = field(default_factory=dict)
    whole: bool = False

    def clear(self) -> None:
        """Forget all."""
        self.files, self.lookups = {}, {}

    def note(self, table: str, name: str, found: SourceFile | None) -> None:
        """Note which file a name stood for, in the table that was asked."""
        self.lookups.setdefault(table, {})[name] = found.identity if found else None

    def hold(self, sources: Sources, digests: Digests) -> bool:
        """Say whether a page that was made of these would be the same now."""
        return (
            not self.whole
            and all(digests.of(file) == digest for file, digest in self.files.items())
            and all(
                _meaning(name, table, sources) == meaning
                for table, names in self.lookups.items()
                for name, meaning in names.items()
            )
        )


def _meaning(name: str, table: str, sources: Sources) -> str | bool | None:
    if table == "folders":
        return name in sources.folders
    file = (sources.files if table == "files" else sources.outputs).get(name)
    return file.identity if file else None


_noting: ContextVar[set[str] | None] = ContextVar("noting", default=None)
_is_listening = False


@contextmanager
def reads(folders: tuple[str, ...]) -> Iterator[set[str]]:
    """
    Collect the paths of the files in and below *folders* that are opened while this lasts.

    Python itself tells of each (PEP 578), so that no extension can forget to.
    """
    global _is_listening
    if not _is_listening:
        sys.addaudithook(_hear)
        _is_listening = True
    opened: set[str] = set()
    before = _noting.set(opened)
    try:
        yield opened
    finally:
        _noting.reset(before)
        inside = {path for path in opened if os.path.realpath(path).startswith(folders)}
        opened.intersection_update(inside)


def note_read(path: Path) -> None:
    """Note a file as read though it is not opened, because what it says is known."""
    opened = _noting.get()
    if opened is not None:
        opened.add(os.fspath(path))


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        opened = _noting.get()
        if opened is not None and isinstance(arguments[0], str | Path):
            opened.add(os.fspath(arguments[0]))


def noted(sources: Sources, dependencies: Dependencies) -> Sources:
    """Return *sources* as one who notes what is looked up in them sees them."""
    lookups = dependencies
    return Sources(
        files=_NotedTable(sources.files, "files", lookups),
        outputs=_NotedTable(sources.outputs, "outputs", lookups),
        folders=_NotedSet(sources.folders, lookups),
    )


class _NotedTable(dict[str, SourceFile]):
    """A dict that is empty itself, and answers for another."""

    def __init__(self, of: dict[str, SourceFile], name: str, dependencies: Dependencies):
        super().__init__()
        self._of = of
        self._name = name
        self._dependencies = dependencies

    def _note(self, key: Any) -> SourceFile | None:
        value = self._of.get(key)
        self._dependencies.note(self._name, key, value)
        return value

    def _all(self) -> dict[str, SourceFile]:
        self._dependencies.whole = True
        return self._of

    def get(self, key: Any, default: Any = None) -> Any:
        value = self._note(key)
        return default if value is None else value

    def __getitem__(self, key: Any) -> SourceFile:
        self._note(key)
        return self._of[key]

    def __contains__(self, key: object) -> bool:
        return self._note(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def keys(self) -> Any:
        return self._all().keys()

    def values(self) -> Any:
        return self._all().values()

    def items(self) -> Any:
        return self._all().items()


class _NotedSet(set[str]):
    """A set that is empty itself, and answers for another."""

    def __init__(self, of: set[str], dependencies: Dependencies):
        super().__init__()
        self._of = of
        self._dependencies = dependencies

    def __contains__(self, name: object) -> bool:
        found = name in self._of
        self._dependencies.lookups.setdefault("folders", {})[str(name)] = found
        return found

    def __iter__(self) -> Iterator[str]:
        self._dependencies.whole = True
        return iter(self._of)

    def __len__(self) -> int:
        self._dependencies.whole = True
        return len(self._of)
