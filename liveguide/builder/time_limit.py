"""A limit to the time that a page, or a template, may take."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """
    Raise `TimeoutError` after so much processor time, then each second until the block ends.

    Only a main thread can, and only in one block at a time. Once would not do: somebody's
    `except OSError` takes that error for a file that is not there.
    """
    is_limited = signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
    if is_limited or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        # Once more: the signal may have come just before, and the next comes in a second.
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
