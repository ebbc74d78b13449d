"""
Build a guide whenever it changes, and say so: `python -m liveguide.builder.watching GUIDE SITE`.

This is the builder that `site_server.py --watch` starts. It writes one JSON
object a line to standard output, `changed` as soon as files have changed and
`built` when that is in the site, and ends when its standard input does.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from watchfiles import Change, watch

from ..excerpts import described
from .front_end import FRONTEND
from .rebuilding import Rebuilder, Rebuilt
from .theming import TEMPLATES

_STEP = 5
"""Milliseconds without another change, after which a change is followed."""

_MOST = 200
"""Milliseconds for which a watch collects changes at most."""

_SAVED = 2
"""Files that an editor changes when it saves one. More are seldom all: as of another branch."""

_QUIET = 0.1
"""Seconds without another change, after which more files than an editor saves are followed."""

_PATIENCE = 1.0
"""Seconds after which they are followed although more of them come."""

_SKIPPED = {"__pycache__", "node_modules"}


def main(guide: Path, site: Path) -> None:
    """Build *guide* into *site*, and again whenever it changes, until standard input ends."""
    # Ctrl-C reaches the whole group of processes; the server then ends us in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rebuilder = Rebuilder(guide, site)
    try:
        first = rebuilder.build()  # before there are threads, so that it may take several processes
        threading.Thread(target=_end_with_input, daemon=True).start()
        changes = Changes(guide, site)
        _tell_built(_joined(first, _build(rebuilder, changes)), first=True)
        rebuilder.save()
        gc.freeze()  # what is remembered need not be searched for garbage at every save
        for paths in changes:
            _tell({"type": "changed", "paths": sorted(map(str, paths))})
            _tell_built(_build(rebuilder, changes, paths))
    except (KeyboardInterrupt, BrokenPipeError):
        rebuilder.save()
        os._exit(0)  # threads that watch would keep the process


def _build(rebuilder: Rebuilder, changes: Changes, paths: Collection[Path] = ()) -> Rebuilt:
    """Build, and watch what the pages include now; what changed before that is built as well."""
    rebuilt = rebuilder.build(paths)
    if changes.also_watch(rebuilder.included()) and rebuilder.is_outdated():
        return _joined(rebuilt, rebuilder.build())
    return rebuilt


def _joined(one: Rebuilt, other: Rebuilt) -> Rebuilt:
    """Return what two builds did together."""
    other.outputs = sorted({*one.outputs, *other.outputs})
    other.seconds += one.seconds
    return other


class Changes:
    """
    The changes of files that a site is made of, as sets of paths.

    What changes while somebody works on the last set is in the next.

    Args:

        guide: The guide folder; our own front end and templates are watched as well.

        site: The output folder, which does not count.
    """

    def __init__(self, guide: Path, site: Path):
        self._guide = guide
        self._real_guide = guide.resolve()
        self._site = site.resolve()
        self._queue: SimpleQueue[set[Path]] = SimpleQueue()
        self._also: dict[Path, threading.Event] = {}
        self._included: set[Path] = set()
        self._start(
            [self._real_guide, FRONTEND, TEMPLATES], self._counts, threading.Event(), recursive=True
        )

    def __iter__(self) -> Iterator[set[Path]]:
        while True:
            paths = self._queue.get()
            latest = time.monotonic() + _PATIENCE
            try:
                while True:
                    more = len(paths) > _SAVED and time.monotonic() < latest
                    paths |= self._queue.get(more, _QUIET)
            except Empty:
                yield paths

    def also_watch(self, files: set[Path]) -> bool:
        """Watch these files, which stand outside the guide, and no others; say if any is new."""
        self._included = {Path(os.path.abspath(file)) for file in files}
        folders = {file.parent for file in self._included if file.parent.is_dir()}
        for folder in self._also.keys() - folders:
            self._also.pop(folder).set()
        new = folders - self._also.keys()
        for folder in new:
            self._also[folder] = threading.Event()
            # By their folder: an editor that saves puts another file in the place of one.
            self._start([folder], self._is_included, self._also[folder], recursive=False)
        return bool(new)

    def _start(self, folders: list[Path], counts: Any, stop: threading.Event, **how: bool) -> None:
        ready = threading.Event()

        def follow() -> None:
            while not stop.is_set():
                if not all(folder.is_dir() for folder in folders):
                    stop.wait(0.1)
                    continue
                before = _identities(folders)
                found = watch(
                    *folders,
                    watch_filter=lambda _, path: counts(Path(path)),
                    debounce=_MOST,
                    step=_STEP,
                    rust_timeout=100,
                    yield_on_timeout=True,
                    stop_event=stop,
                    raise_interrupt=False,
                    **how,
                )
                for changes in found:
                    paths = {Path(path) for _, path in changes}
                    if ready.is_set() and again:
                        paths |= self._all_of(folders, counts)
                        again.clear()
                    ready.set()
                    if paths:
                        self._queue.put({self._shown(path) for path in paths})
                    # A folder that is removed, or put in the place of another, tells nothing more.
                    removed = {Path(path) for kind, path in changes if kind == Change.deleted}
                    if not removed.isdisjoint(folders) or _identities(folders) != before:
                        again.append(True)
                        self._queue.put({self._shown(path) for path in folders})
                        break

        again: list[bool] = []
        threading.Thread(target=follow, daemon=True).start()
        ready.wait(10)

    def _all_of(self, folders: list[Path], counts: Callable[[Path], bool]) -> set[Path]:
        """Return every file in folders of which it is not known what has changed."""
        paths = (path for folder in folders for path in folder.rglob("*"))
        return {path for path in paths if counts(path) and path.is_file()}

    def _counts(self, path: Path) -> bool:
        """Say whether a file may be part of the site."""
        if path == self._site or self._site in path.parents:
            return False
        try:
            parts = path.relative_to(self._real_guide).parts
        except ValueError:
            parts = (path.name,)
        return not any(part.startswith(".") or part in _SKIPPED for part in parts)

    def _is_included(self, path: Path) -> bool:
        return path in self._included

    def _shown(self, path: Path) -> Path:
        """Name a file of the guide as the command line named the guide."""
        try:
            return self._guide / path.relative_to(self._real_guide)
        except ValueError:
            return path


def _identities(folders: list[Path]) -> list[int | None]:
    """Return a number for each folder, another one where another folder has its name."""
    return [folder.stat().st_ino if folder.is_dir() else None for folder in folders]


def _tell_built(rebuilt: Rebuilt, first: bool = False) -> None:
    _tell(
        {
            "type": "built",
            "first": first,
            "written": rebuilt.written,
            "pages": rebuilt.pages,
            "outputs": rebuilt.outputs,
            "seconds": rebuilt.seconds,
            "problems": [described(problem) for problem in rebuilt.problems],
        }
    )


def _tell(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _end_with_input() -> None:
    """End with whoever started us, in whichever way that ends."""
    # Not `sys.stdin`, whose lock would be held for ever in a process that is forked meanwhile.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
