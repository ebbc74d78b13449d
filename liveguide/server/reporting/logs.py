"""
The server's log: for people, or as one JSON object a line.

What strangers send never decides how a line looks: control characters are
escaped, long texts are cut, and of one kind of line no more than ten a second
are written. Our own lines hold no contents of messages, no cookies and no
session ids; lines of Tornado's that would are shortened first.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

from tornado.httputil import HTTPServerRequest

from .floods import Flood

MOST_A_SECOND = 10
"""Lines of one kind that are written in a second."""

LONGEST_LINE = 2_000
"""Characters of a line, after which it is cut."""

LONGEST_TRACEBACK = 8_000
"""Characters of a traceback, of which the end is kept: it says what was raised."""

PRINTED = "printed"
"""The event that stands for a line which an author's function printed."""

# Besides control characters: line and paragraph separators, what turns the direction of text
# (CVE-2021-42574), and halves of surrogate pairs, which can't be written as UTF-8.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

# Where Tornado begins to quote a header.
_A_VALUE = re.compile(r"""[:=]? *b?['"]|: |(?<=-Encoding) """)

_COOKIE_LINES = ("Invalid cookie", "Expired cookie", "Cookie timestamp", "Tampered cookie")


def visible(text: str) -> str:
    r"""Return a text with what could move the cursor or end the line escaped, as `\n` or `\x1b`."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


@dataclass(frozen=True)
class Event:
    """
    What a line of our own says besides its message.

    Attributes:

        name: What has happened, one word such as `refused`.

        fields: What a program that reads the log may want to know; plain values.

        kind: Of which lines from this place in the code only so many are written; empty for the
            event's name.

        most: How many that are in a second.

        stream: Where it is written for people; `None` for where the log is.
    """

    name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    most: int = MOST_A_SECOND
    stream: TextIO | None = None


_NO_EVENT = Event()
ATTRIBUTE = "_liveguide_event"
"""Of a record. Authors' functions log, too, with an `extra` of any other names."""


def event(
    name: str, kind: str = "", most: int = MOST_A_SECOND, /, **fields: Any
) -> dict[str, Event]:
    """Return the `extra` of a call of the log that makes its line an `Event`."""
    return {ATTRIBUTE: Event(name, fields, kind, most)}


def session_mark(session_id: str) -> str:
    """Return what stands for a session in the log: it tells readers apart, and opens no door."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:8]


class HumanFormatter(logging.Formatter):
    """A line that begins with time and level; the lines of a traceback are indented below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text, in which each line but the first is indented."""
        message = _cut(visible(record.getMessage()))
        if _event(record).name == PRINTED:
            return message
        lines = [f"{self.formatTime(record)} {record.levelname} {message}"]
        lines += (f"  {visible(line)}" for line in _traceback(record).splitlines())
        return "\n".join(lines)


class JSONFormatter(logging.Formatter):
    """One object with `time`, `level`, `event`, `message`, the event's fields, and `traceback`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of ASCII, in which JSON escapes all control characters."""
        said = _event(record)
        told = {
            **{key: _cut(v) if isinstance(v, str) else v for key, v in said.fields.items()},
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": said.name or "log",
            "logger": record.name,
            "message": _cut(record.getMessage()),
        }
        raised = _traceback(record)
        return json.dumps({**told, "traceback": raised} if raised else told, default=str)


FORMATTERS: dict[str, type[logging.Formatter]] = {"human": HumanFormatter, "json": JSONFormatter}
"""What `--log-format` may say."""


class LogHandler(logging.Handler):
    """
    Writes the log to standard error, and what was printed to where it was printed.

    Lines that come from one place in the code and have one name are of one
    kind. Those beyond the tenth in a second are counted instead; the next
    second says how many they were.

    Args:

        formatter: How a record looks.

        bounded: Whether there is a limit.
    """

    def __init__(self, formatter: logging.Formatter, *, bounded: bool = True) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._stream = sys.stderr
        self._bounded = bounded
        self._flood: Flood[tuple[str, int, str]] = Flood()
        self._waking = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, unless there are too many of its kind. (The lock is held.)"""
        self._sum_up()
        said = _event(record)
        kind = record.pathname, record.lineno, said.kind or said.name
        if not self._bounded or self._flood.lets(kind, said.most):
            self._write(record)
        elif not self._waking:
            # Where no loop runs, in a thread of an author's, the next line says it.
            with suppress(RuntimeError):
                asyncio.get_running_loop().call_later(1, self._wake)
                self._waking = True

    def flush(self) -> None:
        """Write what is still to be said, and all that is written."""
        with self._alone(), suppress(ValueError):  # closed at the process's end
            self._tell_left_out()
            self._stream.flush()

    def _wake(self) -> None:
        with self._alone():
            self._waking = False
            self._sum_up()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def _sum_up(self) -> None:
        if self._flood.is_over(time.monotonic()):
            self._tell_left_out()

    def _tell_left_out(self) -> None:
        for (path, line, name), n in self._flood.begin(time.monotonic()).items():
            where = f"{path.rpartition('/')[2]}:{line}"
            what = f"{name}, {where}" if name else where
            message = "%d more of this kind were left out (%s)"
            told = logging.LogRecord(
                __name__, logging.WARNING, path, line, message, (n, what), None
            )
            told.__dict__.update(event("left_out", count=n, kind=what))
            self._write(told)

    def _write(self, record: logging.LogRecord) -> None:
        stream = self._stream
        if isinstance(self.formatter, HumanFormatter):
            stream = _event(record).stream or stream
        try:
            text = self.format(record)
        except Exception as error:  # as when there are fewer values than the message has places
            text = self.format(_unfilled(record, error))
        # A full disk, a closed pipe: there is nowhere left to say it, and the server goes on.
        with suppress(Exception):
            stream.write(text + "\n")
            stream.flush()


def write_log(log_format: str, *, bounded: bool) -> LogHandler:
    """
    Write the log from now on.

    Args:

        log_format: How, one of `FORMATTERS`.

        bounded: Whether floods are cut; not so where an author looks on.
    """
    handler = LogHandler(FORMATTERS[log_format](), bounded=bounded)
    # Another handler is there already only where a test listens.
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("tornado.general", "tornado.application"):
        logging.getLogger(name).addFilter(discreet)
    return handler


def discreet(record: logging.LogRecord) -> bool:
    """Take cookies, headers and queries out of what Tornado logs."""
    message, args = str(record.msg), record.args
    if message.startswith(_COOKIE_LINES):
        record.msg, record.args = message.removesuffix(" %r"), ()
    elif message.startswith("Malformed HTTP message") and isinstance(args, tuple):
        record.args = (args[0], _A_VALUE.split(str(args[-1]), maxsplit=1)[0])
    elif isinstance(args, tuple) and args and isinstance(args[-1], HTTPServerRequest):
        request = args[-1]
        asked = f"{request.method} {request.path} ({request.remote_ip})"
        record.msg, record.args = "Uncaught exception %s", (asked,)
    elif message.startswith("%d %s") and isinstance(args, tuple) and len(args) > 1:
        asked = re.sub(r"\?\S*", "", str(args[1]))
        record.args = (args[0], asked, *args[2:])
    return True


def _unfilled(record: logging.LogRecord, error: Exception) -> logging.LogRecord:
    """Return what to log instead of a record whose message can't be put together."""
    where = f"{record.pathname}:{record.lineno}"
    message, values = "%s: a log line could not be put together (%s)", (where, type(error).__name__)
    return logging.LogRecord(
        record.name, logging.ERROR, record.pathname, record.lineno, message, values, None
    )


def _event(record: logging.LogRecord) -> Event:
    said: Event = getattr(record, ATTRIBUTE, _NO_EVENT)
    return said


def _traceback(record: logging.LogRecord) -> str:
    raised = record.exc_info
    if not raised or raised[0] is None:
        return ""
    text = "".join(traceback.format_exception(*raised)).rstrip("\n")
    left_out = len(text) - LONGEST_TRACEBACK
    return text if left_out <= 0 else f"[{left_out} characters] {text[left_out:]}"


def _cut(text: str) -> str:
    left_out = len(text) - LONGEST_LINE
    return text if left_out <= 0 else f"{text[:LONGEST_LINE]} [{left_out} more characters]"
