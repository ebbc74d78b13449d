"""The marks that messages carry."""

from __future__ import annotations

import html
import json

import pytest

from liveguide.load.marks import LEAST_SIZE, MOST_RUNS, Mark, Marks

MARK = Mark(sender=17, number=1032, sent_at=88_123_456_789)


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text,
        str.upper,
        str.title,
        lambda text: f"~12.3.4.5~ Ann: {text} ~",
        lambda text: json.dumps({"from": "Ann", "text": text}),
        lambda text: html.escape(f"<b>{text}</b>"),
        lambda text: text[:40],
    ],
)
def test_a_mark_is_found_in_what_a_server_makes_of_it(changed) -> None:
    """Text around it, JSON, HTML, capitals and a cut tail leave it as it is."""
    marks = Marks(4821, 100)

    assert marks.find(changed(marks.text(MARK)).encode()) == MARK


@pytest.mark.parametrize(
    "message",
    [b"", b"hello", b"~4821.1.2~", b"~4821.1.2.x~", b"~4821.-1.2.3~", b"\xff~", b"~" * 1000],
)
def test_where_there_is_no_mark_none_is_found(message: bytes) -> None:
    """Whatever else a server says is none."""
    assert Marks(4821).find(message) is None


def test_marks_of_another_run_are_not_found() -> None:
    """Two runs in one room don't count each other's messages."""
    assert Marks(1).find(Marks(11).text(MARK).encode()) is None
    assert Marks(11).find(Marks(1).text(MARK).encode()) is None


@pytest.mark.parametrize("size", [LEAST_SIZE, 100, 65_536])
def test_a_message_has_the_size_that_is_asked_for(size: int) -> None:
    """Also with the longest marks that occur."""
    longest = Mark(sender=999_999, number=10**9, sent_at=10**14)

    assert len(Marks(MOST_RUNS - 1, size).text(longest)) == size
    assert len(Marks(0, size).text(Mark(0, 0, 0))) == size
