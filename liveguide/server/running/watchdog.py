"""
Names an author's function that holds up the event loop, while it still does.

A thread looks, some times a second, at what the loop's thread is doing. Asyncio runs
every callback and every step of a task through one method; where one run of it is seen
again and again, the function in it has not returned, and nobody else is served. The
loop itself does nothing for this. Time in which the machine had other things to do is
not counted: it is nobody's fault.
"""

from __future__ import annotations

import asyncio.events
import logging
import os
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import tornado

from ..reporting.logs import event
from ..tracing.console import Listener, listening
from ..tracing.places import Place, Places

log = logging.getLogger(__name__)

_RUN = asyncio.events.Handle._run.__code__
_SHORTEST, _LONGEST = 0.01, 0.5  # seconds between two looks

_STANDARD = os.path.join(sysconfig.get_path("stdlib"), "")
_INSTALLED = os.path.join(_STANDARD, "site-packages", "")
_MACHINERY = tuple(
    os.path.join(os.path.dirname(file), "")
    for file in (os.path.dirname(os.path.dirname(__file__)), tornado.__file__)
)


@dataclass
class _Blocker:
    """A function that blocks, and who listens to the connection that it works for."""

    name: str
    where: str
    place: Place | None
    listener: Listener | None = None


class _Delays:
    """
    For how long other processes have kept a thread from running.

    Args:

        thread: The thread, as the system numbers it.
    """

    def __init__(self, thread: int) -> None:
        # Kept open, and read by one call: whatever is done here makes the event loop wait.
        try:
            self._file = os.open(f"/proc/self/task/{thread}/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1  # not Linux, or one that does not count it

    def close(self) -> None:
        """Read no more."""
        if self._file >= 0:
            os.close(self._file)

    def so_far(self) -> float:
        """Return that time in seconds, 0 where nobody counts it."""
        try:
            return int(os.pread(self._file, 100, 0).split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0


class Watchdog:
    """
    Watches the event loop of the thread that it is entered in, as a context manager.

    Args:

        places: Knows the authors' files.

        seconds: Returns how long a function may block before that is said; 0 for never.
    """

    def __init__(self, places: Places, seconds: Callable[[], float]) -> None:
        self._places = places
        self._seconds = seconds
        self._ended = threading.Event()
        self._watched = self._native = 0
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._watched, self._native = threading.get_ident(), threading.get_native_id()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def _watch(self) -> None:
        delays = _Delays(self._native)
        run: FrameType | None = None
        since = 0.0
        blocker: _Blocker | None = None
        while not self._ended.wait(self._pause()):
            seconds, now = self._seconds(), time.monotonic() - delays.so_far()
            # Kept until the next look: the frame of another run can't have its address then.
            last, run = run, self._current_run() if seconds else None
            if run is not last:
                if blocker is not None:
                    _say_ended(blocker, now - since)
                since, blocker = now, None
            elif run is not None and blocker is None and now - since >= seconds:
                blocker = self._find()
                if blocker is not None:
                    blocker.listener = _listener(run)  # now: it is reset when the function returns
                    _say_blocks(blocker, now - since)
        delays.close()

    def _pause(self) -> float:
        seconds = self._seconds()
        return min(max(seconds / 2, _SHORTEST), _LONGEST) if seconds else _LONGEST

    def _current_run(self) -> FrameType | None:
        """Return the frame of the loop's present run, `None` where the loop waits."""
        frame = sys._current_frames().get(self._watched)
        while frame is not None and frame.f_code is not _RUN:
            frame = frame.f_back
        return frame

    def _find(self) -> _Blocker | None:
        """Find the author's function on the stack: in the guide, else in a package."""
        frame = sys._current_frames().get(self._watched)
        package: FrameType | None = None
        while frame is not None and frame.f_code is not _RUN:
            place = self._places.of_frame(frame)
            if place is not None:
                return _Blocker(place.function or "an expression", _where(frame), place)
            if _is_in_package(frame.f_code.co_filename):
                package = frame  # the outermost: what was called, not what that calls
            frame = frame.f_back
        if package is None:
            return None
        name = f"{package.f_globals.get('__name__', '')}.{package.f_code.co_qualname}"
        return _Blocker(name, _where(package), None)


def _say_blocks(blocker: _Blocker, seconds: float) -> None:
    log.warning(
        "%s blocks the server (%s), for %.2f s so far; nobody else is served meanwhile: "
        "make it async, or call it by 'await asyncio.to_thread(...)'",
        blocker.name,
        blocker.where,
        seconds,
        extra=event("blocks", function=blocker.name, place=blocker.where),
    )


def _say_ended(blocker: _Blocker, seconds: float) -> None:
    log.warning(
        "%s blocked the server for %.2f s (%s)",
        blocker.name,
        seconds,
        blocker.where,
        extra=event(
            "blocked", function=blocker.name, place=blocker.where, seconds=round(seconds, 2)
        ),
    )
    if blocker.listener is not None and blocker.place is not None:
        blocker.listener.blocked(blocker.place, seconds)


def _listener(run: FrameType) -> Listener | None:
    """Return who listens in the context of a run, where its handle tells its context."""
    context = getattr(run.f_locals.get("self"), "_context", None)
    return None if context is None else context.get(listening)


def _is_in_package(filename: str) -> bool:
    """Say whether a file belongs to a package that only an author's configuration can name."""
    if filename.startswith(("<", *_MACHINERY)):
        return False
    return filename.startswith(_INSTALLED) or not filename.startswith(_STANDARD)


def _where(frame: FrameType) -> str:
    """Name file and line, from the working directory where the file is in there."""
    file = frame.f_code.co_filename
    relative = os.path.relpath(file)
    return f"{file if relative.startswith(os.pardir) else relative}:{frame.f_lineno}"
