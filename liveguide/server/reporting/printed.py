"""What is printed becomes lines of the log, for as long as a server runs."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

from .logs import ATTRIBUTE, LONGEST_LINE, MOST_A_SECOND, PRINTED, Event, LogHandler

MOST_ERRORS_A_SECOND = 100
"""Lines a second that authors' code may write to standard error: a traceback has many."""


@contextmanager
def printed_to(handler: LogHandler) -> Iterator[None]:
    """Let what is printed go the way of the log, for as long as this lasts."""
    stdout, stderr = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, Printed(stdout, handler, MOST_A_SECOND))
    sys.stderr = cast(TextIO, Printed(stderr, handler, MOST_ERRORS_A_SECOND))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = stdout, stderr
        handler.flush()


class _Begun(threading.local):
    """The beginning of a line; each thread writes lines of its own."""

    text = ""


class Printed:
    """
    A text stream that makes each line which is written to it a line of the log.

    Args:

        stream: The stream in whose place it stands.

        handler: Where the lines go.

        most: How many lines a second may come from one place in the code.
    """

    def __init__(self, stream: TextIO, handler: LogHandler, most: int) -> None:
        self._stream = stream
        self._handler = handler
        self._most = most
        self._begun = _Begun()

    def write(self, text: str) -> int:
        """Take a piece of text; its last line waits for its end, or for `flush`."""
        *lines, self._begun.text = (self._begun.text + text).split("\n")
        for line in lines:
            self._tell(line)
        if len(self._begun.text) > LONGEST_LINE:
            self.flush()
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Take several pieces of text."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Tell a line that has no end yet."""
        if self._begun.text:
            begun, self._begun.text = self._begun.text, ""
            self._tell(begun)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def _tell(self, line: str) -> None:
        path, number = _who_prints()
        record = logging.LogRecord("print", logging.INFO, path, number, "%s", (line,), None)
        record.__dict__[ATTRIBUTE] = Event(PRINTED, most=self._most, stream=self._stream)
        self._handler.handle(record)


def _who_prints() -> tuple[str, int]:
    """Return the file and line that printed, which is on the stack above this package."""
    frame = sys._getframe(2)
    ours = __name__.partition(".")[0] + "."
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(ours):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
