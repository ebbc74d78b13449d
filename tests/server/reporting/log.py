"""What the tests of the log share: a log of its own, and what strangers would like to see there."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable

import pytest

from liveguide.server.reporting.logs import FORMATTERS, LogHandler

HOSTILE = "a\r\nforged\x1b[2Jb\u2028c\u202ed\x00\x9b"
ESCAPED = r"a\r\nforged\x1b[2Jb\u2028c\u202ed\x00\x9b"


class Log:
    """A logger of its own, and what it has written."""

    def __init__(self, log_format: str, monkeypatch: pytest.MonkeyPatch, bounded: bool) -> None:
        self.stream = io.StringIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", self.stream)
            self.handler = LogHandler(FORMATTERS[log_format](), bounded=bounded)
        self.logger = logging.Logger("test")
        self.logger.addHandler(self.handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


NewLog = Callable[..., Log]


@pytest.fixture(name="new_log")
def _new_log(monkeypatch: pytest.MonkeyPatch) -> NewLog:
    """Return a function that begins a log in one of the formats."""

    def new_log(log_format: str, *, bounded: bool = True) -> Log:
        return Log(log_format, monkeypatch, bounded)

    return new_log
