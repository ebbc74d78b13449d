"""What an answer begins with."""

from __future__ import annotations

import pytest

from liveguide.server.static.head import Head


def test_a_head_is_encoded_once() -> None:
    """Its block is the status and the headers, in their order, each on a line."""
    head = Head(200, {"Etag": '"a"', "Vary": "Accept-Encoding"})

    assert head.block == b'HTTP/1.1 200 OK\r\nEtag: "a"\r\nVary: Accept-Encoding\r\n'


def test_another_head_is_made_of_one() -> None:
    """Headers are replaced, added and left out; the first head stays what it is."""
    head = Head(200, {"Etag": '"a"', "Content-Length": "4", "Vary": "x"})

    other = head.but(206, {"Content-Length": "2", "Content-Range": "bytes 0-1/4"}, ("Vary",))

    assert other.headers == {
        "Etag": '"a"',
        "Content-Length": "2",
        "Content-Range": "bytes 0-1/4",
    }
    assert (other.status, head.status, head.headers["Content-Length"]) == (206, 200, "4")


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
def test_no_header_begins_another(value: str) -> None:
    """A line break in a value is a fault of ours, and never sent."""
    with pytest.raises(ValueError, match="line break"):
        Head(200, {"Content-Security-Policy": value})
