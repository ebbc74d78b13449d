"""Files as they travel: codings, conditions and parts, byte by byte over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import pytest

from liveguide.builder.copies import Copier
from liveguide.server.static import site_file

from ..conftest import Serve, Served

TEXT = "<p>" + "words that are many, " * 100
SIZE = len(TEXT)
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"
TIME = 1795262400
EARLIER, LATER = "Sat, 21 Nov 2026 11:59:59 GMT", "Sun, 22 Nov 2026 12:00:00 GMT"
FILES: Mapping[str, str | bytes] = {
    "index.html": TEXT,
    "small.css": "a{}",
    "picture.bin": bytes(range(256)) * 8,
    "empty.txt": "",
}


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(served: Served, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    """Send a request as it is; a name's underscores are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    raw = await served.raw(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    pairs = (field.split(": ", 1) for field in fields)
    return Answer(int(status.split(" ")[1]), {name: value for name, value in pairs}, body)


def open_files() -> set[str]:
    """Return the names of the files that this process has open."""
    names = set()
    for descriptor in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the one that listed them
            names.add(os.readlink(f"/proc/self/fd/{descriptor}"))
    return names


def with_copies(site: Path) -> None:
    """Give a site what a build would: copies, and a manifest that lists them."""
    for path in site.rglob("*"):
        os.utime(path, (TIME, TIME))
    files = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    copies = Copier(site, files).copy(files)
    (site / ".liveguide.json").write_text(json.dumps({"policies": {}, "copies": copies}))


@pytest.fixture(name="served")
async def _served(serve: Serve) -> Served:
    """Serve a small site with copies."""
    served = await serve({}, FILES)
    with_copies(served.site)
    return served


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0.1, gzip;q=0.2", "gzip", gzip.decompress),
        ("identity;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("deflate", None, bytes),
    ],
)
async def test_a_file_is_sent_in_the_coding_its_reader_takes(
    served: Served, accepted: str, coding: str | None, unpack: Any
) -> None:
    """The body is the copy, its length is stated, and caches are told what it depends on."""
    answer = await ask(served, Accept_Encoding=accepted)

    assert answer.status == 200
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert unpack(answer.body).decode() == TEXT


@pytest.mark.parametrize("path", ["/small.css", "/picture.bin", "/empty.txt"])
async def test_a_file_without_copies_is_sent_as_it_is(served: Served, path: str) -> None:
    """It does not depend on what its reader takes, and says so."""
    answer = await ask(served, path, Accept_Encoding="gzip, br")

    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers
    assert answer.body == (served.site / path[1:]).read_bytes()


@pytest.mark.parametrize("path", ["/", "/small.css"])
@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "identity;q=0, deflate"])
async def test_who_takes_nothing_that_there_is_is_told_so(
    served: Served, path: str, accepted: str
) -> None:
    """Neither the file as it is nor a copy will do: 406."""
    assert (await ask(served, path, Accept_Encoding=accepted)).status == 406


@pytest.mark.parametrize("name", ["index.html.br", "index.html.gz", "index.html.zst"])
async def test_a_copy_has_no_address(served: Served, name: str) -> None:
    """It is there to be sent in the place of its file, and for nothing else."""
    assert (served.site / name).is_file()

    assert (await ask(served, f"/{name}")).status == 404


async def test_an_archive_of_the_guide_s_own_is_a_file_like_others(serve: Serve) -> None:
    """What no build has made a copy is served under its name."""
    served = await serve({}, {"index.html": TEXT, "data.csv.gz": b"packed"})
    with_copies(served.site)

    answer = await ask(served, "/data.csv.gz", Accept_Encoding="gzip")

    assert (answer.status, answer.body) == (200, b"packed")
    assert answer.headers["Content-Type"] == "application/gzip"
    assert "Content-Encoding" not in answer.headers


async def test_each_coding_has_a_strong_tag_of_its_own(served: Served) -> None:
    """A cache that has one is not told that another has not changed."""
    tags = {}
    for accepted in ("identity", "gzip", "br", "zstd"):
        tags[accepted] = (await ask(served, Accept_Encoding=accepted)).headers["Etag"]

    assert len(set(tags.values())) == 4
    assert all(tag.startswith('"') for tag in tags.values())
    for accepted in tags:
        for tag in tags.values():
            answer = await ask(served, Accept_Encoding=accepted, If_None_Match=tag)
            assert answer.status == (304 if tag == tags[accepted] else 200)


# TAG stands for the tag of the file as it is.
CONDITIONS = [
    ({"If_None_Match": "TAG"}, 304),
    ({"If_None_Match": "W/TAG"}, 304),
    ({"If_None_Match": '"other", W/"more, of it",TAG'}, 304),
    ({"If_None_Match": "*"}, 304),
    ({"If_None_Match": '"other"'}, 200),
    ({"If_None_Match": "TAG without its quotes".replace("TAG", "abc")}, 200),
    ({"If_None_Match": ""}, 200),
    ({"If_None_Match": '"other"', "If_Modified_Since": LATER}, 200),
    ({"If_Modified_Since": DATE}, 304),
    ({"If_Modified_Since": LATER}, 304),
    ({"If_Modified_Since": EARLIER}, 200),
    ({"If_Modified_Since": "yesterday"}, 200),
    ({"If_Modified_Since": "Sat, 21 Nov 99999999999 12:00:00 GMT"}, 200),
    ({"If_Match": "TAG"}, 200),
    ({"If_Match": '"other", TAG'}, 200),
    ({"If_Match": "*"}, 200),
    ({"If_Match": "W/TAG"}, 412),
    ({"If_Match": '"other"'}, 412),
    ({"If_Match": '"other"', "If_None_Match": "TAG"}, 412),
    ({"If_Unmodified_Since": DATE}, 200),
    ({"If_Unmodified_Since": EARLIER}, 412),
    ({"If_Unmodified_Since": "yesterday"}, 200),
    ({"If_Match": "TAG", "If_Unmodified_Since": EARLIER}, 200),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("headers", "status"), CONDITIONS)
async def test_a_condition_decides_whether_the_file_is_sent(
    served: Served, headers: dict[str, str], status: int, method: str
) -> None:
    """Tags are compared as RFC 9110, section 13, says, and dates where no tag is given."""
    tag = (await ask(served)).headers["Etag"]
    headers = {name: value.replace("TAG", tag) for name, value in headers.items()}

    answer = await ask(served, method=method, **headers)

    assert answer.status == status
    sends = status == 200 and method == "GET"
    assert (len(answer.body) == SIZE) is sends


async def test_a_304_says_what_a_cache_has_to_know(served: Served) -> None:
    """Its tag, its policy, and what it depends on; nothing of a body that it has not."""
    whole = await ask(served, Accept_Encoding="br")

    answer = await ask(served, Accept_Encoding="br", If_None_Match=whole.headers["Etag"])

    assert (answer.status, answer.body) == (304, b"")
    missing = whole.headers.keys() - answer.headers.keys()
    assert missing == {"Accept-Ranges", "Content-Encoding", "Content-Length"}
    for name in ("Etag", "Vary", "Cache-Control", "Content-Security-Policy", "Last-Modified"):
        assert answer.headers[name] == whole.headers[name]


# What is asked for, the status, and the first byte and that behind the last.
RANGES = [
    ("bytes=0-3", 206, 0, 4),
    ("bytes=0-0", 206, 0, 1),
    ("bytes=100-", 206, 100, SIZE),
    ("bytes=-5", 206, SIZE - 5, SIZE),
    ("bytes=-99999", 206, 0, SIZE),
    ("bytes=5-99999", 206, 5, SIZE),
    ("Bytes = 0-3".replace(" = ", "="), 206, 0, 4),
    (f"bytes={SIZE}-", 416, 0, 0),
    (f"bytes={SIZE}-{SIZE + 5}", 416, 0, 0),
    ("bytes=-0", 416, 0, 0),
    ("bytes=999999999999999999-", 416, 0, 0),
    ("bytes=9999999999999999999999-", 200, 0, SIZE),
    ("bytes=5-4", 200, 0, SIZE),
    ("bytes=0-3,6-8", 200, 0, SIZE),
    ("bytes=-", 200, 0, SIZE),
    ("bytes=", 200, 0, SIZE),
    ("bytes=a-b", 200, 0, SIZE),
    ("bytes=+1-3", 200, 0, SIZE),
    ("lines=1-2", 200, 0, SIZE),
]


@pytest.mark.parametrize("largest", [site_file.LARGEST, 100])
@pytest.mark.parametrize(("wanted", "status", "start", "end"), RANGES)
async def test_a_range_is_a_part_of_the_file_as_it_is(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    largest: int,
    wanted: str,
    status: int,
    start: int,
    end: int,
) -> None:
    """Parts come from memory or from the disk; what is no range of bytes is passed over."""
    monkeypatch.setattr(site_file, "LARGEST", largest)

    answer = await ask(served, Range=wanted)

    assert answer.status == status
    expected = {206: f"bytes {start}-{end - 1}/{SIZE}", 416: f"bytes */{SIZE}"}.get(status)
    assert answer.headers.get("Content-Range") == expected
    if status != 416:
        assert answer.body.decode() == TEXT[start:end]
        assert answer.headers["Content-Length"] == str(end - start)


async def test_a_part_is_never_one_of_a_copy(served: Served) -> None:
    """A range counts the bytes of the file as it is, and so does its tag."""
    tag = (await ask(served)).headers["Etag"]

    answer = await ask(served, Accept_Encoding="gzip, br", Range="bytes=3-7")

    assert (answer.status, answer.body) == (206, b"words")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Etag"] == tag
    assert answer.headers["Vary"] == "Accept-Encoding"


async def test_who_takes_copies_alone_gets_all_of_one(served: Served) -> None:
    """Without the file as it is there are no parts."""
    answer = await ask(served, Accept_Encoding="br, identity;q=0", Range="bytes=3-7")

    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br")


async def test_head_has_no_parts(served: Served) -> None:
    """A range means something to GET alone (RFC 9110, section 14.2)."""
    answer = await ask(served, method="HEAD", Range="bytes=3-7")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(SIZE)


@pytest.mark.parametrize(
    ("condition", "status"),
    [("TAG", 206), (DATE, 206), ("W/TAG", 200), ('"other"', 200), (LATER, 200), ("", 200)],
)
async def test_the_part_of_another_state_is_not_sent(
    served: Served, condition: str, status: int
) -> None:
    """If-Range asks for the part only where the rest still fits, else for the whole."""
    tag = (await ask(served)).headers["Etag"]

    answer = await ask(served, Range="bytes=0-3", If_Range=condition.replace("TAG", tag))

    assert answer.status == status


@pytest.mark.parametrize("path", ["/", "/picture.bin", "/empty.txt"])
@pytest.mark.parametrize("largest", [site_file.LARGEST, 100])
async def test_head_says_what_get_would(
    served: Served, monkeypatch: pytest.MonkeyPatch, largest: int, path: str
) -> None:
    """All headers are the same, the length too, and no body comes."""
    monkeypatch.setattr(site_file, "LARGEST", largest)
    get, head = [
        await ask(served, path, method, Accept_Encoding="br") for method in ("GET", "HEAD")
    ]

    assert head.body == b""
    assert {**head.headers, "Date": ""} == {**get.headers, "Date": ""}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_named_the_two_that_there_are(served: Served, method: str) -> None:
    """405, with the header that it must have."""
    answer = await ask(served, method=method)

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("version", "asked", "said"),
    [
        ("1.1", "", None),
        ("1.1", "keep-alive", None),
        ("1.1", "close", "close"),
        ("1.0", "keep-alive", "Keep-Alive"),
        ("1.0", "", None),
    ],
)
async def test_how_a_connection_goes_on_is_told_to_it_alone(
    served: Served, version: str, asked: str, said: str | None
) -> None:
    """What one answer says of its connection is in no other answer with the same file."""
    await ask(served)  # over one that is closed
    connection = f"Connection: {asked}\r\n" if asked else ""

    head = await served.head(f"GET / HTTP/{version}\r\nHost: 127.0.0.1\r\n{connection}\r\n")

    fields = dict(line.split(": ", 1) for line in head.strip().split("\r\n")[1:])
    assert fields.get("Connection") == said


async def test_a_file_that_is_edited_leaves_its_copies_behind(served: Served) -> None:
    """Copies of what the file was are not sent; the file is, and has another tag."""
    before = await ask(served, Accept_Encoding="br")
    (served.site / "index.html").write_text(TEXT.upper())

    answer = await ask(served, Accept_Encoding="br", If_None_Match=before.headers["Etag"])

    assert (answer.status, answer.body.decode()) == (200, TEXT.upper())
    assert "Content-Encoding" not in answer.headers


async def test_a_copy_that_is_missing_is_not_missed(served: Served) -> None:
    """The file is sent as it is."""
    (served.site / "index.html.br").unlink()

    answer = await ask(served, Accept_Encoding="br")

    assert (answer.status, answer.body.decode()) == (200, TEXT)
    assert "Content-Encoding" not in answer.headers


async def test_another_policy_of_the_same_page_is_told(served: Served) -> None:
    """A rebuild that changes the manifest alone counts, for who has the page already too."""
    tag = (await ask(served)).headers["Etag"]
    manifest = served.site / ".liveguide.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "policies": {"index.html": "img-src *"}}))

    answer = await ask(served, If_None_Match=tag)

    assert answer.status == 304
    assert answer.headers["Content-Security-Policy"] == "img-src *; frame-ancestors 'self'"


async def test_a_tag_tells_of_the_content_alone(served: Served) -> None:
    """A page that is built again the same, or served by another process, keeps its tag."""
    tag = (await ask(served)).headers["Etag"]
    page = served.site / "index.html"
    page.unlink()
    page.write_text(TEXT)

    assert (await ask(served)).headers["Etag"] == tag


@pytest.mark.parametrize("folder", ["snippets/page", "qr", "cards", "0123456789ab/lib"])
async def test_what_is_named_by_its_content_is_kept_for_good(serve: Serve, folder: str) -> None:
    """A browser asks for it once; for everything else, it asks whether it has changed."""
    served = await serve({}, {f"_liveguide/{folder}/1-5f31235d.js": "1", f"{folder}/a.js": "1"})

    named = await ask(served, f"/_liveguide/{folder}/1-5f31235d.js")
    others = [await ask(served, path) for path in ("/", f"/{folder}/a.js")]

    assert named.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert [answer.headers["Cache-Control"] for answer in others] == ["no-cache", "no-cache"]


async def test_a_preview_s_front_end_is_asked_for_again(serve: Serve) -> None:
    """Its folder has no hash for a name: what is in it changes below an open page."""
    served = await serve({}, {"_liveguide/front/main.js": "1"})

    answer = await ask(served, "/_liveguide/front/main.js")

    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/_liveguide/aaaaaaaaaaaa/main.js", 302, "../0123456789ab/main.js"),
        ("/_liveguide/aaaaaaaaaaaa/lib/a-1.2.js", 302, "../../0123456789ab/lib/a-1.2.js"),
        ("/_liveguide/0123456789ab/gone.js", 404, None),
        ("/_liveguide/aaaaaaaaaaaa/", 404, None),
        ("/_liveguide/aaaaaaaaaaaa/lib//a.js", 404, None),
        ("/_liveguide/aaaaaaaaaaaa/../a.js", 404, None),
        ("/_liveguide/aaaaaaaaaaaa/a%2fb.js", 404, None),
        ("/_liveguide/front/main.js", 404, None),
        ("/sub/_liveguide/aaaaaaaaaaaa/main.js", 404, None),
    ],
)
async def test_an_older_page_finds_what_it_loads_later(
    serve: Serve, path: str, status: int, location: str | None
) -> None:
    """Of a front end that was replaced, every file is where the new one has it; nothing else is."""
    front_end = "_liveguide/0123456789ab"
    files = {f"{front_end}/main.js": "1", ".liveguide.json": f'{{"front_end": "{front_end}"}}'}
    served = await serve({}, files)

    answer = await ask(served, path)

    assert (answer.status, answer.headers.get("Location")) == (status, location)
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_manifest_leads_to_no_other_place(serve: Serve) -> None:
    """What names no folder of ours is not believed."""
    served = await serve({}, {".liveguide.json": '{"front_end": "//elsewhere.example"}'})

    assert (await ask(served, "/_liveguide/aaaaaaaaaaaa/main.js")).status == 404


async def test_a_large_file_is_sent_from_the_disk(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a tag too, and no copies; it is whole, and nothing of it stays open."""
    monkeypatch.setattr(site_file, "LARGEST", 100)
    first = await ask(served, Accept_Encoding="br")

    again = await ask(served, Accept_Encoding="br", If_None_Match=first.headers["Etag"])
    await ask(served, If_Match='"other"')
    await ask(served, Range=f"bytes={SIZE}-")
    await ask(served, method="HEAD")
    await served.app.responses.ended()

    assert (first.body.decode(), again.status) == (TEXT, 304)
    assert "Content-Encoding" not in first.headers
    assert str(served.site / "index.html") not in open_files()


async def test_a_file_that_is_cut_off_ends_its_connection(serve: Serve) -> None:
    """Nobody waits for bytes that are not there any more."""
    served = await serve({}, {"large.bin": bytes(30_000_000)})
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
    writer.write(b"GET /large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")

    os.truncate(served.site / "large.bin", 0)

    read = 0
    while chunk := await asyncio.wait_for(reader.read(1_000_000), 10):
        read += len(chunk)
    assert 0 < read < 30_000_000
    writer.close()
    await served.app.responses.ended()
