"""The built site over HTTP: files, headers, conditions, ranges, and what is not there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil

import pytest

from liveguide.server.static.manifest import DEFAULT_POLICY
from liveguide.server.static.site_file import content_type

PAGE = "<h1>Chat</h1>"
STRICT = DEFAULT_POLICY + "; frame-ancestors 'self'"


@pytest.fixture(name="served")
async def _served(serve):
    """Serve a small site."""
    return await serve(
        {},
        {
            "index.html": "<h1>Home</h1>",
            "404.html": "<h1>Nothing here</h1>",
            "chat/index.html": PAGE,
            "chat/demo.html": "<p>demo",
            "chat/my döc.txt": "text",
            "empty/x.txt": "",
            "main.js": "let x",
            ".secret": "hidden",
            ".git/config": "hidden",
            "chat/.hidden": "hidden",
            ".liveguide.json": json.dumps(
                {
                    "fingerprint": "x",
                    "policies": {
                        "chat/index.html": "default-src 'none'; script-src 'self' 'sha256-x'",
                        "404.html": "default-src 'none'; style-src 'self'",
                        "chat/demo.html": "injected\r\nX-Evil: 1",
                    },
                }
            ),
        },
    )


async def test_a_folder_s_index_is_served_with_its_headers(served):
    """A page comes with its type, its validators and the headers that protect it."""
    response = await served.get("/chat/")

    assert response.code == 200
    assert response.body.decode() == PAGE
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self' 'sha256-x'; frame-ancestors 'self'"
    )
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Last-Modified" in response.headers
    assert response.headers["Etag"].startswith('"')


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/_liveguide/main.js", "*"),
        ("/_liveguide/lib/socket.js", "*"),
        ("/_liveguide/live.css", None),
        ("/_liveguide/missing.js", None),
        ("/_liveguide/status.json", None),
        ("/chat/_liveguide/main.js", None),
        ("/main.js", None),
        ("/", None),
    ],
)
async def test_our_own_scripts_and_nothing_else_may_be_loaded_without_an_origin(
    serve, path, allowed
):
    """The frame in which edited code runs has no origin, and loads our modules."""
    scripts = ["main.js", "_liveguide/main.js", "_liveguide/lib/socket.js"]
    others = ["_liveguide/live.css", "chat/_liveguide/main.js"]
    served = await serve({}, dict.fromkeys([*scripts, *others], ""))

    response = await served.get(path, headers={"Origin": "null"})

    assert response.headers.get("Access-Control-Allow-Origin") == allowed


@pytest.mark.parametrize("path", ["/", "/index.html", "/chat/demo.html", "/main.js"])
async def test_what_has_no_policy_of_its_own_gets_the_strict_one(served, path):
    """A page that the manifest does not list, or lists badly, may do the least."""
    assert (await served.get(path)).headers["Content-Security-Policy"] == STRICT


async def test_a_folder_is_redirected_to_its_slash(served):
    """The address of a folder ends with a slash; the query is kept."""
    response = await served.get("/chat?tab=2")

    assert (response.code, response.headers["Location"]) == (301, "/chat/?tab=2")


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/chat/index.html/",
        "/main.js/",
        "/empty/",
        "/.secret",
        "/.git/config",
        "/.git",
        "/.liveguide.json",
        "/chat/.hidden",
        "/%2egit/config",
        "/..",
        "/../secret",
        "/chat/../../secret",
        "/chat/..%2f..%2fsecret",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%252e%252e/secret",
        "/..%5c..%5csecret",
        "/\\evil.example/..",
        "//evil.example",
        "//evil.example/..",
        "//evil.example/%2e%2e",
        "//chat",
        "///chat",
        "/%2fchat",
        "/%2f%2fevil.example/..",
        "/chat//demo.html",
        "/chat%2f",
        "/main.js%00",
        "/%00",
        "/chat/%0d%0aX-Evil:%201",
        "/x" * 2000,
        "/" + "x" * 5000,
        "ftp://evil.example/chat",
        "http:/evil.example/",
        "*",
    ],
)
async def test_what_is_not_there_or_not_to_be_seen_is_404(served, path, tmp_path):
    """Dot files, other folders, odd bytes and absent files are all the same: not found."""
    (tmp_path / "secret").write_text("canary")

    head = await served.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert head.startswith(b"HTTP/1.1 404 ")
    assert b"canary" not in head
    assert b"hidden" not in head
    assert b"\r\nLocation" not in head
    assert b"\r\nX-Evil" not in head


async def test_the_site_s_own_page_says_that_nothing_is_there(served):
    """404.html is the body of every 404, whatever the depth, with its own policy."""
    response = await served.get("/a/b/c")

    assert response.code == 404
    assert response.body == b"<h1>Nothing here</h1>"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; frame-ancestors 'self'"
    )
    assert "Etag" not in response.headers


async def test_without_a_404_page_there_is_a_line(serve):
    """A site that has no 404.html is answered in plain text."""
    response = await (await serve({})).get("/nope")

    assert (response.code, response.body) == (404, b"404 Not Found\n")


async def test_a_name_with_spaces_and_letters_is_found(served):
    """Addresses are percent-encoded UTF-8."""
    assert (await served.get("/chat/my%20d%C3%B6c.txt")).body == b"text"


async def test_bytes_that_are_not_utf_8_are_a_bad_request(served):
    """An address that is no text is refused without a traceback."""
    assert await served.status("/%ff") == 400


async def test_head_is_get_without_the_body(served):
    """HEAD answers with the same headers, for files and for what is not there."""
    for path, status in [("/chat/", 200), ("/nope", 404)]:
        get, head = await served.get(path), await served.get(path, method="HEAD")
        assert (head.code, head.body) == (status, b"")
        for name in ["Content-Length", "Content-Type", "Content-Security-Policy"]:
            assert get.headers[name] == head.headers[name]


async def test_other_methods_are_not_allowed(served):
    """Nothing can be sent to a file."""
    response = await served.get("/chat/", method="POST", body=b"")

    assert (response.code, response.body) == (405, b"405 Method Not Allowed\n")


async def test_a_rebuild_changes_the_tag(served):
    """A file of the same size and time gets a new ETag when it has been replaced."""
    path = served.site / "chat/index.html"
    before = (await served.get("/chat/")).headers["Etag"]
    stat = path.stat()
    new = path.with_name("new")
    new.write_text(PAGE.replace("Chat", "Talk"))
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    new.replace(path)

    response = await served.get("/chat/", headers={"If-None-Match": before})

    assert response.code == 200
    assert b"Talk" in response.body


async def test_the_site_may_be_exchanged_while_it_is_served(served):
    """The folder is found anew by its path, and so are its policies."""
    new = served.site.with_name("new")
    shutil.copytree(served.site, new)
    (new / "chat/index.html").write_text("new")
    (new / ".liveguide.json").write_text('{"policies": {"chat/index.html": "img-src *"}}')
    assert (await served.get("/chat/")).body.decode() == PAGE
    served.site.rename(served.site.with_name("old"))
    assert (await served.get("/chat/")).code == 404
    new.rename(served.site)

    response = await served.get("/chat/")

    assert response.body == b"new"
    assert response.headers["Content-Security-Policy"] == "img-src *; frame-ancestors 'self'"


@pytest.mark.parametrize("manifest", [None, "", "{", "[]", '{"policies": []}', b"\xff"])
async def test_a_manifest_that_is_missing_or_broken_leaves_the_strict_policy(served, manifest):
    """The site goes on, and nothing is allowed that was not."""
    assert (await served.get("/chat/")).headers["Content-Security-Policy"] != STRICT
    path = served.site / ".liveguide.json"
    if manifest is None:
        path.unlink()
    else:
        path.write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())

    response = await served.get("/chat/")

    assert response.code == 200
    assert response.headers["Content-Security-Policy"] == STRICT


async def test_links_out_of_the_site_are_not_followed(served, tmp_path):
    """A symbolic link to a file elsewhere is not found."""
    (tmp_path / "outside.txt").write_text("canary")
    (served.site / "link.txt").symlink_to(tmp_path / "outside.txt")

    assert (await served.get("/link.txt")).code == 404


@pytest.mark.parametrize("path", ["/a" * 7000, "/chat" + "/a" * 7000 + "/"])
async def test_a_path_of_many_segments_is_not_resolved(served, monkeypatch, path):
    """It names nothing, which one question to the disk tells; one for each segment takes long."""
    lstat, asked = os.lstat, []

    def counted(path, **options):
        asked.append(path)
        return lstat(path, **options)

    monkeypatch.setattr(os, "lstat", counted)
    response = await served.get(path)

    assert response.code == 404
    assert len(asked) < 100


async def test_a_site_behind_a_link_is_served(served):
    """The site's folder itself may be a symbolic link to a release."""
    release = served.site.with_name("release-1")
    served.site.rename(release)
    served.site.symlink_to(release)

    assert (await served.get("/chat/")).body.decode() == PAGE


async def test_a_large_file_is_closed_however_its_answer_ends(serve):
    """Sent, asked for by HEAD, not modified, in part, or left by its client."""
    served = await serve({}, {"large.bin": bytes(20_000_000)})
    whole = await served.get("/large.bin")
    await served.get("/large.bin", method="HEAD")
    await served.get("/large.bin", headers={"If-None-Match": whole.headers["Etag"]})
    await served.get("/large.bin", headers={"Range": "bytes=5-9"})
    await asyncio.wait_for(served.app.responses.ended(), 10)
    assert served.app.responses.files == 0

    stream = await served.open("/large.bin")
    assert served.app.responses.files == 1
    stream.transport.abort()
    await asyncio.wait_for(served.app.responses.ended(), 10)
    assert served.app.responses.files == 0


async def test_a_large_file_arrives_whole(serve):
    """What takes many chunks is sent to its last byte."""
    content = os.urandom(3_000_000)
    served = await serve({}, {"large.bin": content})

    assert (await served.get("/large.bin")).body == content
    assert len(served.app.responses) == 0


async def test_a_reader_who_leaves_early_is_forgotten(serve, caplog):
    """A download that is broken off leaves nothing behind."""
    served = await serve({}, {"large.bin": bytes(20_000_000)})
    stream = await served.open("/large.bin")

    stream.transport.abort()
    await served.app.responses.ended()

    assert caplog.records == []


async def test_the_page_can_ask_whether_a_server_is_live(serve):
    """The status says true, and is never kept; a static host has a file that says false."""
    served = await serve({}, {"_liveguide/status.json": '{"live": false}'})

    response = await served.get("/_liveguide/status.json?x")
    head = await served.get("/_liveguide/status.json", method="HEAD")

    assert json.loads(response.body) == {"live": True}
    assert response.headers["Cache-Control"] == "no-store"
    assert (head.code, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("A.HTML", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.yaml", "text/plain; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.xml", "application/xml; charset=utf-8"),
        ("a.webmanifest", "application/manifest+json; charset=utf-8"),
        ("a.woff2", "font/woff2"),
        ("a.webp", "image/webp"),
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.ico", "image/x-icon"),
        ("a.wasm", "application/wasm"),
        ("a.tar.gz", "application/gzip"),
        ("a.tar.bz2", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
    ],
)
def test_the_content_type_follows_from_the_name(name, expected):
    """Types do not depend on the computer, and text says that it is UTF-8."""
    assert expected == content_type(name)


async def test_a_page_says_that_a_live_server_stands_behind_it(serve):
    """Pages carry the metric that spares them a request; other files do not."""
    served = await serve({}, {"index.html": "<p>", "a.js": "1"})

    page = await served.get("/")
    script = await served.get("/a.js")

    assert page.headers["Server-Timing"] == "live"
    assert "Server-Timing" not in script.headers
