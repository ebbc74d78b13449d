"""
What git knows of a guide: which commits changed which files, and when.

One `git log` answers for all pages. Nobody needs git to build a guide: without
it, outside a repository, or where git takes too long, the history is empty; where
that is a failure, it says so, and is not remembered. In a shallow clone the oldest
commit seems to add every file; it counts for none, so that a page has no date rather
than a wrong one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from .commits import commit_of
from .digests import digest_of
from .memory import Memory

SECONDS = 10
"""How long git may take; the history of a hundred thousand commits takes it a second or two."""

# An empty field, which no file's name can be, begins each commit.
_FORMAT = "%x00%H%x00%cI%x00%D%x00%s"
_FIELDS = 4


class Change(NamedTuple):
    """
    One commit.

    Attributes:

        id: Its full hash.

        date: When it was committed, with the committer's offset from UTC.

        subject: The first line of its message.

        uris: The files of the guide that it changed, relative to the guide folder.
    """

    id: str
    date: datetime
    subject: str
    uris: tuple[str, ...] = ()


class _GitError(Exception):
    """Git is not there, or has failed."""


class History:
    """
    The commits that touched a guide.

    Attributes:

        failure: Why git could not say; empty where it could.

    Args:

        changes: The commits, newest first.
    """

    def __init__(self, changes: list[Change], failure: str = ""):
        self._changes = changes
        self.failure = failure
        self._last: dict[str, Change] = {}
        for change in changes:
            for uri in change.uris:
                self._last.setdefault(uri, change)

    def last_change(self, uri: str) -> Change | None:
        """Return the newest commit that changed a file; `None` where git knows of none."""
        return self._last.get(uri)

    def digest(self) -> str:
        """Return a hash of all of it."""
        return digest_of(*self._changes)

    def changes(self) -> list[Change]:
        """Return every commit that changed a file of the guide, newest first."""
        return list(self._changes)


def read_history(guide: Path) -> History:
    """Return the history of the guide folder *guide*; an empty one where there is none."""
    options = ["-c", "i18n.logOutputEncoding=UTF-8", "-c", "log.showSignature=false"]
    log = ["log", "-z", f"--format={_FORMAT}"]
    log += ["--decorate=full", "--name-only", "--no-renames", "--relative", "--", "."]
    try:
        return History(list(_read(_git(guide, [*options, *log]))))
    except _GitError as error:
        return History([], str(error))
    except ValueError:
        return History([])


def recalled_history(guide: Path, memory: Memory) -> History:
    """Return the history of a guide, the one that is remembered if no commit was made since."""
    commit = commit_of(guide)
    if not commit:
        return History([])

    def read() -> list[list[Any]]:
        # A git that fails is asked again by the next process, not after each change of a page.
        history = memory.hold("history", commit, lambda: read_history(guide))
        if history.failure:
            raise _GitError(history.failure)
        return [[c.id, c.date.isoformat(), c.subject, c.uris] for c in history.changes()]

    try:
        recalled = memory.recall("history", commit, read)
    except _GitError as error:
        return History([], str(error))
    return History(
        [
            Change(id_, datetime.fromisoformat(date), subject, tuple(uris))
            for id_, date, subject, uris in recalled
        ]
    )


def _git(guide: Path, arguments: list[str]) -> str:
    """Return what git answers; raise `_GitError` where it can't."""
    # A hook of git's names its own repository to whatever it starts.
    environment = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    import subprocess  # for those alone who have made a commit since

    try:
        done = subprocess.run(
            ["git", "-C", str(guide), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=SECONDS,
            check=True,
        )
    except OSError as error:
        raise _GitError(f"git can't be run ({error.strerror})") from error
    except subprocess.TimeoutExpired as error:
        raise _GitError(f"it takes more than {SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode("utf-8", "replace").partition("\n")[0]
        raise _GitError(told or f"exit status {error.returncode}") from error
    return done.stdout.decode("utf-8", "surrogateescape")


def _read(log: str) -> Iterator[Change]:
    fields = log.split("\0")
    position = 0
    while position + _FIELDS < len(fields):
        start = position + 1
        id_, date, names, subject = fields[start : start + _FIELDS]
        position = start + _FIELDS
        while position < len(fields) and fields[position]:
            position += 1
        uris = [field.removeprefix("\n") for field in fields[start + _FIELDS : position]]
        if "grafted" in names.split(", "):
            continue  # where a shallow clone was cut off
        shown = subject.encode("utf-8", "replace").decode()
        yield Change(id_, datetime.fromisoformat(date), shown, tuple(uris))
