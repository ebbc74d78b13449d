"""Files of the site, compressed for clients that take that."""

from __future__ import annotations

import gzip

import pytest

from liveguide.server.compression import Compressed, accepts_gzip

TEXT = "<p>" + "words " * 1000
SITE = {"index.html": TEXT, "small.css": "a{}", "a.bin": b"\0" * 4096, "large.txt": "x" * 600_000}


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip, deflate, br", True),
        ("GZIP;q=0.5", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0, *", False),
        ("gzip; q=0.0", False),
        ("gzip;q=x", False),
        ("*;q=0", False),
    ],
)
def test_a_client_says_what_it_takes(header: str, taken: bool) -> None:
    """Names, their case, wildcards and qualities count as RFC 9110 says."""
    assert accepts_gzip(header) is taken


async def test_text_is_sent_compressed_to_who_takes_it(serve) -> None:
    """The body is gzip, its length is stated, and caches are told what it depends on."""
    served = await serve({}, SITE)

    response = await served.get("/", headers={"Accept-Encoding": "gzip"}, decompress_response=False)

    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.body) < 200
    assert gzip.decompress(response.body).decode() == TEXT


async def test_text_is_sent_as_it_is_to_who_takes_nothing_else(serve) -> None:
    """Without the header the file comes as it is, and caches are told all the same."""
    served = await serve({}, SITE)

    response = await served.get("/", decompress_response=False)

    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.body.decode() == TEXT


@pytest.mark.parametrize("path", ["/small.css", "/a.bin", "/large.txt"])
async def test_what_would_not_gain_is_sent_as_it_is(serve, path: str) -> None:
    """Small files, what is no text, and what would keep the loop for long."""
    served = await serve({}, SITE)

    response = await served.get(path, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers


async def test_both_forms_have_tags_of_their_own(serve) -> None:
    """A cache that has one is not told that the other has not changed."""
    served = await serve({}, SITE)
    plain = (await served.get("/", decompress_response=False)).headers["Etag"]
    packed = {"Accept-Encoding": "gzip"}
    tag = (await served.get("/", headers=packed)).headers["Etag"]

    same = await served.get("/", headers={**packed, "If-None-Match": tag})
    other = await served.get("/", headers={**packed, "If-None-Match": plain})

    assert (same.code, same.body, other.code) == (304, b"", 200)


async def test_a_part_of_a_file_is_never_compressed(serve) -> None:
    """A range counts the bytes of the file."""
    served = await serve({}, SITE)

    response = await served.get("/", headers={"Accept-Encoding": "gzip", "Range": "bytes=3-7"})

    assert (response.code, response.body) == (206, b"words")
    assert "Content-Encoding" not in response.headers


async def test_a_file_that_changes_is_compressed_anew(serve) -> None:
    """What is kept is the file as it was."""
    served = await serve({}, SITE)
    packed = {"Accept-Encoding": "gzip"}
    await served.get("/", headers=packed)
    (served.site / "index.html").write_text(TEXT.upper())

    response = await served.get("/", headers=packed)

    assert response.body.decode() == TEXT.upper()


def test_what_was_asked_for_longest_ago_is_dropped_first(monkeypatch) -> None:
    """The memory for compressed files has a bound."""
    monkeypatch.setattr("liveguide.server.compression._KEPT", 60)
    compressed = Compressed()
    for name in ("a", "b", "a", "c"):
        compressed.body(name, lambda: b"x")

    read = []
    for name in ("a", "c", "b"):
        compressed.body(name, lambda name=name: read.append(name) or b"x")

    assert read == ["b"]
