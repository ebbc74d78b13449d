"""What a process counts."""

import logging

import pytest

from liveguide.server.reporting.counts import Counts


def test_a_refusal_is_counted_by_its_reason() -> None:
    """A refusal is counted under the word that stands for its kind."""
    counts = Counts()
    counts.refuse(1008, "rate", "/pingbot", "203.0.113.7")
    counts.refuse(1008, "rate", "/pingbot", "203.0.113.8")
    assert counts.refused == {"rate": 2}


def test_a_refusal_is_one_line_of_log(caplog: pytest.LogCaptureFixture) -> None:
    """The line says code, kind, target, address and detail, with control characters escaped."""
    with caplog.at_level(logging.WARNING):
        Counts().refuse(403, "origin", "/a\nb", "203.0.113.7", "https://evil.example")
    assert caplog.messages == [r"refused 403 origin '/a\nb' from 203.0.113.7: https://evil.example"]
