"""What an echo costs the server in each style of endpoint, against a bare Tornado handler."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from paired import timings
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 100
MESSAGES = 20_000
FRAME = bytes([0x81, 0x80 | 32, 0, 0, 0, 0]) + b"x" * 32  # text, masked with zeros
ANSWER = 2 + 32

GRAMEX = """\
url:
  functions:
    pattern: /functions
    handler: WebSocketHandler
    kwargs: {on_message: {function: echo.on_message}}
  class: {pattern: /class, handler: echo.Echo}
  coroutine: {pattern: /coroutine, handler: echo.talk}
"""
ECHO = """\
from tornado.websocket import WebSocketHandler

class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)

def on_message(handler, message):
    handler.write_message(message)

async def talk(websocket):
    async for message in websocket:
        await websocket.send(message)
"""
BARE = """\
import asyncio
from echo import Echo
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

async def main():
    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/class", Echo)])).add_sockets(sockets)
    print("Serving http://127.0.0.1:%d/" % sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class _Client(asyncio.Protocol):
    """Sends a message whenever its last one has come back."""

    def __init__(self, path: str, answered: Callable[[], bool]) -> None:
        self._path, self._answered = path, answered
        self._received = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open and b"\r\n\r\n" in self._received:
            self._is_open, self._received = True, b""
            self._transport.write(FRAME)
        elif self._is_open and len(self._received) >= ANSWER:
            self._received = self._received[ANSWER:]
            if self._answered():
                self._transport.write(FRAME)


async def _echo(port: int, path: str) -> None:
    """Have so many messages echoed, over so many connections."""
    done, left = asyncio.Event(), MESSAGES

    def answered() -> bool:
        nonlocal left
        left -= 1
        if left <= 0:
            done.set()
        return left > 0

    loop = asyncio.get_running_loop()
    transports = [
        (await loop.create_connection(lambda: _Client(path, answered), "127.0.0.1", port))[0]
        for _ in range(CONNECTIONS)
    ]
    await done.wait()
    for transport in transports:
        transport.abort()


def _processor_time(pid: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _serving(*command: str | Path, cwd: Path, core: int):
    """Run a server on one core; yield its process and its port."""
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=cwd,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield process, int(line.rstrip("/\n").rpartition(":")[2])
        finally:
            process.send_signal(signal.SIGTERM)


def _timed(process: subprocess.Popen[str], port: int, path: str) -> Callable[[], float]:
    def run() -> float:
        before = _processor_time(process.pid)
        asyncio.run(_echo(port, path))
        return _processor_time(process.pid) - before

    return run


def main() -> None:
    """Compare each style with the bare handler; processor time, so that other load counts less."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in {
            "gramex.yaml": GRAMEX,
            # The rate is asked about for each message, and never reached.
            "liveguide.yaml": "limits: {message_rate: 1000000, message_burst: 1000000}\n",
            "echo.py": ECHO,
            "bare.py": BARE,
            "site/.liveguide.json": "{}",
        }.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(content)
        site = ("--site", folder / "site", "--no-build")
        served = (ROOT / "site_server.py", folder, *site, "--port", "0")
        with (
            _serving("bare.py", cwd=folder, core=cores[0]) as bare,
            _serving(*served, cwd=ROOT, core=cores[0]) as ours,
        ):
            for style in ("class", "coroutine", "functions"):
                seconds = timings(
                    {"bare Tornado": _timed(*bare, "/class"), style: _timed(*ours, f"/{style}")},
                    runs=5,
                    what=f"{MESSAGES} echoes over {CONNECTIONS} connections, server's CPU",
                )
                tell(style, seconds[style], {"bare Tornado": seconds["bare Tornado"]})


if __name__ == "__main__":
    main()
