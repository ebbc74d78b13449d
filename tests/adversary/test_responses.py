"""Every kind of response, straight from the server and through nginx: its headers protect it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from e2e.test_nginx import Proxied, proxied_server
from server.conftest import GEHEIM
from tornado.httputil import HTTPHeaders

pytestmark = pytest.mark.browser  # as all that needs nginx

FILES = {
    "README.md": "# Home\n\n<script>window.mine = 1</script>\n\n[s](bot.py.source)\n",
    "demo.html": "<!doctype html><title>Demo</title><script>window.mine = 1</script>",
    "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg"><path style="fill: red"/></svg>',
    "script.js": "window.mine = 1",
    "style.css": "p { color: red }",
    "data.json": "{}",
    "notes.txt": "<script>x()</script>",
    "blob.bin": "<script>x()</script>",
    "folder/README.md": "# Folder\n",
    "bot.py": "def fail(handler):\n    raise ValueError('x')\n\n\n"
    "async def page(websocket=None):\n    return '<p>A page'\n",
    "gramex.yaml": f"""\
url:
  echo:
    pattern: /echo
    handler: WebSocketHandler
    kwargs: {{on_message: {{function: handler.write_message(message)}}}}
  fails:
    pattern: /fails
    handler: WebSocketHandler
    kwargs: {{on_request: {{function: bot.fail}}}}
  members:
    pattern: /members
    handler: WebSocketHandler
    kwargs: {{auth: true, open: {{function: handler.close()}}}}
  hybrid:
    pattern: /hybrid
    handler: bot.page
  login:
    pattern: /login
    handler: SimpleAuth
    kwargs: {{credentials: {{demo: {GEHEIM}}}}}
  logout:
    pattern: /logout
    handler: LogoutHandler
""",
}
UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
POST = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n"
RESPONSES = {
    "a page": ("GET /", "", 200),
    "a page without its body": ("HEAD /", "", 200),
    "a part of a page": ("GET /", "Range: bytes=0-9\r\n", 206),
    "a part that is not there": ("GET /", "Range: bytes=9999999-\r\n", 416),
    "a compressed page": ("GET /", "Accept-Encoding: gzip\r\n", 200),
    "an author's document": ("GET /demo.html", "", 200),
    "a drawing": ("GET /drawing.svg", "", 200),
    "a script": ("GET /script.js", "", 200),
    "a stylesheet": ("GET /style.css", "", 200),
    "data": ("GET /data.json", "", 200),
    "text": ("GET /notes.txt", "", 200),
    "a file of no known type": ("GET /blob.bin", "", 200),
    "a source view": ("GET /bot.py.source/", "", 200),
    "Markdown": ("GET /index.md", "", 200),
    "a folder without its slash": ("GET /folder", "", 301),
    "what is not there": ("GET /nowhere", "", 404),
    "what is not published": ("GET /gramex.yaml", "", 404),
    "a dot file": ("GET /.liveguide.json", "", 404),
    "no file's name": ("GET /%01", "", 404),
    "no UTF-8": ("GET /%ff", "", 400),
    "another method": ("POST /", POST, 405),
    "the runner": ("GET /FRONT_END/runner.html", "", 200),
    "our script": ("GET /FRONT_END/main.js", "", 200),
    "the status": ("GET /_liveguide/status.json", "", 200),
    "the health": ("GET /_liveguide/health", "", 200),
    "a WebSocket's address": ("GET /echo", "", 426),
    "a WebSocket's address, posted to": ("POST /echo", POST, 405),
    "a handshake of another version": (
        "GET /echo",
        UPGRADE.replace("Version: 13", "Version: 7"),
        426,
    ),
    "a handshake by a stranger": ("GET /members", UPGRADE, (401, 403)),
    "a handshake that an author refuses": ("GET /fails", UPGRADE, 500),
    "the trace, asked plainly": ("GET /_liveguide/trace", "", (400, 426)),
    "a hybrid's page": ("GET /hybrid", "", 200),
    "the login": ("GET /login", "", 200),
    "a login that is not ours": ("POST /login", POST, 403),
    "the logout": ("GET /logout", "", 200),
}
RUNNER = "/runner.html"


@pytest_asyncio.fixture(name="served", scope="module")
async def _served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxied]:
    """Serve one guide with all of that in it, with nginx in front."""
    folder = tmp_path_factory.mktemp("responses")
    for name, text in FILES.items():
        path = folder / "guide" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    async with proxied_server(folder, folder / "guide") as proxied:
        yield proxied


async def fetched(port: int, line: str, more: str) -> tuple[int, HTTPHeaders]:
    """Return the status and the headers with which a request, sent as it is, is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = f"Host: 127.0.0.1:{port}\r\n"
    connection = "" if "Connection:" in more else "Connection: close\r\n"
    writer.write(f"{line} HTTP/1.1\r\n{host}{connection}{more}\r\n".encode("latin-1"))
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    status, _, fields = head.partition("\r\n")
    return int(status.split()[1]), HTTPHeaders.parse(fields)


@pytest.mark.parametrize("by", ["direct", "plain"], ids=["site_server.py", "nginx"])
@pytest.mark.parametrize(("line", "more", "status"), RESPONSES.values(), ids=RESPONSES)
async def test_a_response_protects_itself(
    served: Proxied, by: str, line: str, more: str, status: int | tuple[int, ...]
) -> None:
    """It has a policy without `unsafe-*` (but for the runner), and all other headers, once each."""
    line = line.replace("FRONT_END", served.front_end)
    answered, headers = await fetched(getattr(served, by), line, more)
    expected = status if isinstance(status, tuple) else (status,)
    policy = headers.get("Content-Security-Policy", "")

    assert answered in expected
    for name in headers:
        if name not in ("Set-Cookie", "Vary"):
            assert len(headers.get_list(name)) == 1, name
    assert "default-src 'none'" in policy
    assert "frame-ancestors" in policy
    unsafe = {word for word in re.split("[; ]+", policy) if word.startswith("'unsafe")}
    drawn = {"'unsafe-hashes'"} if line.endswith(".svg") else set()
    assert unsafe == ({"'unsafe-eval'"} if line.endswith(RUNNER) else drawn)
    runs_scripts = "script-src" in policy and not line.endswith(RUNNER)
    assert ("require-trusted-types-for 'script'" in policy) == runs_scripts
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "same-origin")
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    is_picture = headers.get("Content-Type", "").startswith("image/")
    assert headers["Cross-Origin-Resource-Policy"] == (
        "cross-origin" if is_picture else "same-origin"
    )
