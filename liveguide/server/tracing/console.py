"""
What authors' functions print and log, told to the connection that they work for.

A context variable names that connection while one of its callbacks runs.
Tasks and timers that a callback starts inherit it (PEP 567), and
`asyncio.to_thread` hands it on, so what they say later is told as well; plain
threads do not inherit it.
The real standard output and the real log get every line, as ever.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Protocol, TextIO, cast

from .places import Place

_MACHINERY = {__name__.partition(".")[0], "tornado", "asyncio"}
"""
Whose records no reader is told of.

Those of asyncio quote an author's exceptions, and appear whenever garbage is
collected, in whichever connection's context that happens.
"""


class Listener(Protocol):
    """Somebody who is told what is said in a context."""

    def printed(self, text: str) -> None:
        """Hear a piece of standard output, as it was written."""

    def logged(self, record: logging.LogRecord) -> None:
        """Hear a log record."""

    def blocked(self, place: Place, seconds: float) -> None:
        """Hear, in another thread, that a function held up the server, and for how long."""


listening: ContextVar[Listener | None] = ContextVar("listening", default=None)
"""The listener of the code that runs now."""


@contextmanager
def overheard() -> Iterator[None]:
    """Let listeners hear standard output and the log, for as long as this lasts."""
    stdout, handler = sys.stdout, _Log()
    sys.stdout = cast(TextIO, _Output(stdout))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        sys.stdout = stdout


class _Output:
    """A text stream that tells the listener what is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        written = self._stream.write(text)
        listener = listening.get()
        if listener is not None:
            listener.printed(text)
        return written

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


class _Log(logging.Handler):
    """A handler that tells the listener of records, except the machinery's."""

    def emit(self, record: logging.LogRecord) -> None:
        listener = listening.get()
        if listener is None or record.name.partition(".")[0] in _MACHINERY:
            return
        # The real log's handler reports a record whose message can't be put together.
        with suppress(Exception):
            listener.logged(record)
