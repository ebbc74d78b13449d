"""What is printed becomes lines of the log."""

from __future__ import annotations

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from liveguide.server.reporting.logs import FORMATTERS, visible
from liveguide.server.reporting.printed import Printed, printed_to

from .log import NewLog
from .log import _new_log as _new_log


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_what_is_printed_is_harmless(
    new_log: NewLog, log_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People find it where it was printed, line by line; in JSON it is a line as any other."""
    log, stdout = new_log(log_format), io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    with printed_to(log.handler):
        print("\x1b[31mred", "and", end="")
        print(" more\nlines\r!")
        print("no end", end="", flush=True)

    printed = [r"\x1b[31mred and more", r"lines\r!", "no end"]
    if log_format == "human":
        assert stdout.getvalue().splitlines() == printed
        assert log.lines == []
    else:
        told = [json.loads(line) for line in log.lines]
        assert [visible(line["message"]) for line in told] == printed
        assert {line["event"] for line in told} == {"printed"}


def test_threads_print_whole_lines(new_log: NewLog) -> None:
    """What one has begun is not mixed with what another prints."""
    log, stdout = new_log("human"), io.StringIO()
    stream = cast(io.StringIO, Printed(stdout, log.handler, 10))
    print("one", end=" ", file=stream)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(print, "another", file=stream).result()
    print("line", file=stream)

    assert stdout.getvalue().splitlines() == ["another", "one line"]


def test_prints_are_bounded_line_by_line_of_code(new_log: NewLog) -> None:
    """A loop that prints is cut; what another line prints is not."""
    log, stdout = new_log("human"), io.StringIO()
    stream = cast(io.StringIO, Printed(stdout, log.handler, 10))
    for number in range(30):
        print(number, file=stream)
    print("another", file=stream)

    assert stdout.getvalue().splitlines() == [*map(str, range(10)), "another"]
