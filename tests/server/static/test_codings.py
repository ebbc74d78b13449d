"""Which coding a client gets, by what it says that it takes."""

from __future__ import annotations

import pytest

from liveguide.builder.copies import ENDINGS as WRITTEN
from liveguide.server.static.codings import ENDINGS, choose

SMALLEST_FIRST = ("br", "zstd", "gzip")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8, zstd;q=0.8", "zstd"),
        ("br; q=0.5 , gzip ; q=0.4", "br"),
        ("gzip;q=0.001", "gzip"),
        ("deflate", "identity"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
        ("identity", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.8", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip; q=0.000", "identity"),
        ("gzip;q=x", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;level=9", "gzip"),
        (",, ;q=1, gzip", "gzip"),
        ("*;q=0", None),
        ("identity;q=0", None),
        ("identity;q=0, deflate", None),
        ("*;q=0, identity", "identity"),
        ("*;q=0, gzip", "gzip"),
    ],
)
def test_a_client_says_what_it_takes(accepted: str | None, coding: str | None) -> None:
    """Names, their case, wildcards and weights count as RFC 9110, section 12.5.3, says."""
    assert choose(accepted, SMALLEST_FIRST) == coding


@pytest.mark.parametrize(
    ("accepted", "coding"), [("br, gzip", "identity"), ("*", "identity"), ("*;q=0", None)]
)
def test_a_file_without_copies_is_sent_as_it_is(accepted: str, coding: str | None) -> None:
    """Unless its client rules even that out."""
    assert choose(accepted, ()) == coding


def test_copies_are_looked_for_where_the_builder_writes_them() -> None:
    """Both halves, which do not know each other, call them alike."""
    assert ENDINGS == WRITTEN
