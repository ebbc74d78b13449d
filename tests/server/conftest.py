"""Fixtures that run the real application on a free port."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.testing import bind_unused_port

from liveguide.server.admission.accepting import BoundedServer
from liveguide.server.app import SiteApplication, make_app
from liveguide.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
UNHURRIED = Settings(limits={"message_rate": 0})
"""Settings for clients that say all they have to say at once."""

SECRET = b"0123456789abcdef0123456789abcdef"

GEHEIM = "scrypt$8192$8$1$MDEyMzQ1Njc4OWFiY2RlZg==$RvqMnIigQCCl0+wLijCwZEh+0rn/anGnFfJOyREhnCo="
"""The hash of the password `geheim`, of the least costs that are allowed."""


@dataclass
class Served:
    """An application that listens, and ways to talk to it."""

    app: SiteApplication
    server: BoundedServer
    site: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, path: str, **options: Any) -> websockets.connect:
        """Open a WebSocket with a client that is not Tornado's."""
        options.setdefault("proxy", None)
        options.setdefault("compression", None)
        return websockets.connect(f"ws://127.0.0.1:{self.port}{path}", **options)

    async def get(self, path: str, **options: Any) -> HTTPResponse:
        """Fetch a path; no status is an exception, and no redirect is followed."""
        options.setdefault("follow_redirects", False)
        return await AsyncHTTPClient().fetch(self.url + path, raise_error=False, **options)

    async def raw(self, request: bytes) -> bytes:
        """Send bytes, and return everything that comes back until the server closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(), 60)
        finally:
            writer.close()
            await writer.wait_closed()

    async def open(self, path: str) -> asyncio.StreamWriter:
        """Ask for a path, wait until the answer begins, and read no further."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1024)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        return writer

    async def head(self, request: str) -> str:
        """Send a request, and return the head of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request.encode("latin-1"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        writer.close()
        await writer.wait_closed()
        return head.decode("latin-1")

    async def status(self, path: str, **headers: str) -> int:
        """Return the status with which a path, sent exactly as it is, is answered."""
        extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{extra}\r\n"
        return int((await self.raw(request.encode("latin-1"))).split(b" ", 2)[1])


def asks_for_socket(path: str) -> bytes:
    """Return a handshake as a client sends it."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )


async def handshake(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a WebSocket by hand, for a client that does not behave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(asks_for_socket(path))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    return reader, writer


Start = Callable[..., Awaitable[Process]]
Serve = Callable[..., Awaitable[Served]]


@pytest.fixture(name="serve")
async def _serve(write_tree: Any, tmp_path: Path) -> AsyncIterator[Serve]:
    """Return a function that serves a guide of some files, as the command does, and a site."""
    started: list[Served] = []

    async def serve(
        files: Mapping[str, str | bytes],
        site: Mapping[str, str | bytes] | None = None,
        settings: Settings | None = None,
        **options: Any,
    ) -> Served:
        guide, folder = write_tree(files), tmp_path / "site"
        for name, content in {"index.html": "<h1>Home</h1>", **(site or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        options.setdefault("hosts", ["x"])  # as whom tests that write requests by hand address it
        settings = settings or UNHURRIED
        app = make_app(guide, folder, settings, secret=SECRET, **options)
        server = BoundedServer(app)
        listening, port = bind_unused_port()
        server.add_socket(listening)
        served = Served(app, server, folder, port)
        started.append(served)
        return served

    yield serve
    for served in started:
        served.server.stop()
        await served.app.stop()
        await served.server.close_all_connections()


@pytest.fixture(name="start")
def _start(launch: Start) -> Start:
    """Return a function that starts the server in the test's own folder."""

    async def start(*arguments: str, script: str = "site_server.py") -> Process:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        program = ["-c", script] if "\n" in script else [str(ROOT / script)]
        return await launch(sys.executable, *program, *arguments, stdin=DEVNULL, env=environment)

    return start


async def address(process: Process) -> str:
    """Return the address that the server prints when it is listening."""
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    if not line.startswith("Serving http://"):
        raise AssertionError(line + (await process.stderr.read()).decode())
    return line.removeprefix("Serving ").strip()


async def ended(process: Process) -> tuple[int, str, str]:
    """Return the exit status and what was printed."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


def routes(**entries: str) -> str:
    """Return a gramex.yaml; each entry's text is the lines of its kwargs."""
    lines = ["url:"]
    for name, kwargs in entries.items():
        lines += [f"  {name}:", f"    pattern: /$YAMLURL/{name}", "    handler: WebSocketHandler"]
        if kwargs:
            lines += ["    kwargs:", *(f"      {line}" for line in kwargs.splitlines())]
    return "\n".join(lines) + "\n"


ECHO = "on_message:\n  function: handler.write_message(message)"


@pytest.fixture(name="guide")
def _guide(write_tree, tmp_path: Path) -> Path:
    """Write a guide with an echo endpoint, and a site beside it."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<h1>Home</h1>")
    (tmp_path / "site/.liveguide.json").write_text("{}")
    return write_tree({"gramex.yaml": routes(echo=ECHO)})
