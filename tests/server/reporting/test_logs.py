"""How a line of the log looks, whatever a stranger has sent."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterator

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import decode_signed_value

from liveguide.server.reporting.logs import (
    FORMATTERS,
    LONGEST_LINE,
    LONGEST_TRACEBACK,
    discreet,
    event,
    session_mark,
    visible,
)

from .log import ESCAPED, HOSTILE, Log, NewLog
from .log import _new_log as _new_log


@pytest.fixture(name="general")
def _general(new_log: NewLog) -> Iterator[tuple[logging.Logger, Log]]:
    """Return Tornado's logger, discreet, and what it writes."""
    general, log = logging.getLogger("tornado.general"), new_log("human")
    general.addFilter(discreet)
    general.addHandler(log.handler)
    yield general, log
    general.removeHandler(log.handler)
    general.removeFilter(discreet)


def test_what_moves_the_cursor_is_escaped() -> None:
    """Line breaks of all kinds, escape sequences and marks that turn text around; not words."""
    assert visible(HOSTILE) == ESCAPED
    assert visible("\ud800") == r"\ud800"
    assert visible("Grüße, 你好 👋") == "Grüße, 你好 👋"


def test_a_line_for_people_begins_with_time_and_level(new_log: NewLog) -> None:
    """What a stranger sent can't begin another one."""
    log = new_log("human")
    log.logger.warning("refused %s", HOSTILE)

    (line,) = log.lines
    assert line[:4].isdigit()
    assert line.endswith(f" WARNING refused {ESCAPED}")


def test_a_line_of_json_has_its_fields(new_log: NewLog) -> None:
    """Time, level, event, logger, message, and what belongs to the event."""
    log = new_log("json")
    log.logger.warning("refused %s", HOSTILE, extra=event("refused", code=403, path=HOSTILE))

    (line,) = log.lines
    told = json.loads(line)
    assert told.pop("time").endswith("+00:00")
    assert line.isascii()
    assert told == {
        "level": "warning",
        "event": "refused",
        "logger": "test",
        "message": f"refused {HOSTILE}",
        "code": 403,
        "path": HOSTILE,
    }


def test_fields_replace_nothing_that_every_line_has(new_log: NewLog) -> None:
    """Whatever they are called."""
    log = new_log("json")
    log.logger.info("hello", extra=event("greeting", level="fatal", message="bye"))

    told = json.loads(log.lines[0])
    assert (told["level"], told["message"]) == ("info", "hello")


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_an_author_s_extra_may_have_any_names(new_log: NewLog, log_format: str) -> None:
    """None of them is taken for ours: every line is written, with its time, level and message."""
    log = new_log(log_format)
    for extra in ("kind", "most", "stream", "fields", "event", "name_of_it"):
        for value in ("printed", ["a", "b"]):
            log.logger.warning("hello", extra={extra: value})

    assert len(log.lines) == 10, "of one kind"
    assert all("warning" in line.lower() and "hello" in line for line in log.lines)


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_a_traceback_is_kept_within_its_line_or_below_it(new_log: NewLog, log_format: str) -> None:
    """In JSON it is a field; for people it is indented, so that nothing in it looks like a line."""
    log = new_log(log_format)
    try:
        raise ValueError("no\n2026-11-21 10:00:00,000 WARNING forged")
    except ValueError:
        log.logger.exception("it failed")

    if log_format == "json":
        assert "ValueError: no\n2026" in json.loads(log.lines[0])["traceback"]
    else:
        first, *others = log.lines
        assert first.endswith("ERROR it failed")
        assert others[-1] == "  2026-11-21 10:00:00,000 WARNING forged"
        assert all(line.startswith("  ") for line in others)


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_no_line_is_endless(new_log: NewLog, log_format: str) -> None:
    """A message keeps its beginning and a traceback its end."""
    log = new_log(log_format)
    try:
        raise ValueError("x" * 100_000 + "the end")
    except ValueError:
        log.logger.exception("y" * 100_000, extra=event("failed", path="z" * 100_000))

    written = log.stream.getvalue()
    assert len(written) < 2 * LONGEST_LINE + LONGEST_TRACEBACK + 1000
    assert "[98000 more characters]" in written
    assert "the end" in written


@pytest.mark.parametrize("log_format", FORMATTERS)
def test_a_line_that_can_t_be_put_together_says_where(new_log: NewLog, log_format: str) -> None:
    """An author's mistake in a call of the log is told, and nothing is raised."""
    log = new_log(log_format)
    log.logger.info("%s and %s", "one")

    (line,) = log.lines
    assert "test_logs.py:" in line
    assert "a log line could not be put together (TypeError)" in line


def test_a_flood_is_ten_lines_and_a_count(new_log: NewLog) -> None:
    """Other kinds of lines go on."""
    log = new_log("human")
    for number in range(50):
        log.logger.warning("refused %d", number)
    log.logger.warning("something else")
    log.handler.flush()

    assert len(log.lines) == 12
    assert log.lines[10].endswith("something else")
    assert " WARNING 40 more of this kind were left out (" in log.lines[11]


def test_lines_of_one_place_may_be_of_several_kinds(new_log: NewLog) -> None:
    """One reason of refusal does not hide another."""
    log = new_log("json")
    for kind in ("rate", "origin"):
        for _ in range(20):
            log.logger.warning("refused", extra=event("refused", kind))
    log.handler.flush()

    events = [json.loads(line)["event"] for line in log.lines]
    assert events == ["refused"] * 20 + ["left_out"] * 2
    assert [json.loads(line)["count"] for line in log.lines[-2:]] == [10, 10]


async def test_what_was_left_out_is_told_even_when_nothing_follows(new_log: NewLog) -> None:
    """The loop wakes the log when the second is over."""
    log = new_log("human")
    began = time.monotonic()
    for _ in range(11):
        log.logger.warning("again")
    while len(log.lines) < 11:  # a stream tells nobody
        await asyncio.sleep(0.02)
        assert time.monotonic() - began < 10

    assert " 1 more of this kind were left out" in log.lines[10]


def test_an_author_who_looks_on_sees_every_line(new_log: NewLog) -> None:
    """Nothing is left out where the log is not bounded."""
    log = new_log("human", bounded=False)
    for _ in range(50):
        log.logger.warning("again")

    assert len(log.lines) == 50


@pytest.mark.parametrize(
    "cookie",
    ["c2VjcmV0|1|c2VjcmV0", "c2VjcmV0|1000|74dab0c47fce7c069f99f227a6734b6cde8a1493"],
)
def test_tornado_logs_no_cookie(general: tuple[logging.Logger, Log], cookie: str) -> None:
    """Of a cookie that is not ours the log says that, not what it held."""
    decode_signed_value(b"0" * 32, "name", cookie)

    assert "ookie" in general[1].lines[0]
    assert "c2VjcmV0" not in general[1].stream.getvalue()


def test_tornado_logs_no_header(general: tuple[logging.Logger, Log]) -> None:
    """What was malformed is said, without the bytes."""
    logger, log = general
    error = ValueError("Invalid header value 'session=secret'")
    logger.warning("Malformed HTTP message from %s: %s", "127.0.0.1", error)

    assert log.lines[0].endswith("Malformed HTTP message from 127.0.0.1: Invalid header value")


def test_tornado_logs_no_query(general: tuple[logging.Logger, Log]) -> None:
    """Queries may hold what opens a door."""
    logger, log = general
    summary = "GET /a?token=secret (127.0.0.1)"
    request = HTTPServerRequest(
        start_line=RequestStartLine("GET", "/a?token=secret", "HTTP/1.1"),
        headers=HTTPHeaders({"Host": "x"}),
    )
    request.remote_ip = "127.0.0.1"
    logger.warning("%d %s: no %s", 503, summary, "luck")
    logger.error("Uncaught exception %s\n%r", summary, request)

    assert log.lines[0].endswith("503 GET /a (127.0.0.1): no luck")
    assert log.lines[1].endswith("Uncaught exception GET /a (127.0.0.1)")


def test_a_session_has_a_mark() -> None:
    """The same for the same session, and the id can't be read from it."""
    assert session_mark("abc") == session_mark("abc") != session_mark("abd")
    assert len(session_mark("a" * 32)) == 8
