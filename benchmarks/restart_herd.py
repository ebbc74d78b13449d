"""
The herd after a restart: many readers behind nginx, SIGTERM, and a new server.

    python benchmarks/restart_herd.py [--clients 1000]

The readers are the guide's own `reconnecting-socket.js`, run by Node. Printed is what
the page on security promises: who was told 1012, how soon the process ended, when all
were back, and the largest share of them that came back within any one second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from pathlib import Path

from programs import free_ports, running
from speed.results import tell

ROOT = Path(__file__).resolve().parents[1]
NODE = ROOT / ".venv/bin/node"

ROUTES = """\
url:
  clock:
    pattern: /clock
    handler: WebSocketHandler
"""


class Herd:
    """
    The readers, and what they have told.

    Attributes:

        open: The clients that are connected.

        opened: When each connection was opened, in seconds.

        codes: How many were closed with each code.
    """

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.opened: list[float] = []
        self.codes: Counter[str] = Counter()
        self.changed = asyncio.Event()

    async def listen(self, process: Process) -> None:
        """Note what the clients tell, until they end."""
        assert process.stdout is not None
        async for line in process.stdout:
            at, client, state, *rest = line.decode().split()
            if state == "open":
                self.open.add(client)
                self.opened.append(float(at) / 1000)
            elif state == "lost":
                self.open.discard(client)
            elif rest:
                self.codes[rest[0]] += 1
            self.changed.set()

    async def until_open(self, count: int) -> None:
        """Wait until so many are connected."""
        while len(self.open) < count:
            self.changed.clear()
            await self.changed.wait()


def nginx_configuration(folder: Path, public: int, port: int) -> str:
    """Return `deploy/nginx.conf` for these ports, with all files in *folder*."""
    text = (ROOT / "deploy/nginx.conf").read_text()
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    folders = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    text = text.replace("\nhttp {\n", f"\nhttp {{\n{folders}\n")
    text = text.replace("/srv/guide/site", f"{folder}/site")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{public} backlog=4096;")
    return text.replace("http://127.0.0.1:8888;", f"http://127.0.0.1:{port};")


async def serving(process: Process) -> None:
    """Wait until a server says that it listens."""
    assert process.stdout is not None
    while not (line := await process.stdout.readline()).startswith(b"Serving"):
        assert line, "the server has ended"


def peak(times: list[float]) -> int:
    """Return how many of the times lie within the fullest second."""
    times = sorted(times)
    first, most = 0, 0
    for last, at in enumerate(times):
        while at - times[first] > 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def measure(clients: int, node: str, folder: Path) -> None:
    """Start everything, restart the server, and print what came of it."""
    (folder / "guide").mkdir()
    (folder / "guide/gramex.yaml").write_text(ROUTES)
    (folder / "site").mkdir()
    (folder / "site/.liveguide.json").write_text("{}")  # by which a site is known
    (folder / "site/.liveguide.policies").touch()
    public, port = free_ports(2)
    (folder / "nginx.conf").write_text(nginx_configuration(folder, public, port))
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert nginx, "nginx is not installed: apt-get install nginx-light"
    script = [sys.executable, ROOT / "site_server.py", "--no-build", "--port", str(port)]
    proxy = [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"]
    rights = "user root;" if os.geteuid() == 0 else ""
    directives = ["-g", f"daemon off; pid {folder}/nginx.pid; {rights}"]
    crowd = [node, ROOT / "benchmarks/restart_herd.js", f"ws://127.0.0.1:{public}/clock"]
    server = {"cwd": folder, "stdout": PIPE, "stdin": DEVNULL}
    herd = Herd()
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(running(*script, **server))
        await serving(first)
        await stack.enter_async_context(running(*proxy, *directives, stdin=DEVNULL, stderr=DEVNULL))
        readers = await stack.enter_async_context(running(*crowd, str(clients), stdout=PIPE))
        listening = asyncio.ensure_future(herd.listen(readers))
        await asyncio.wait_for(herd.until_open(clients), 60)
        herd.opened.clear()
        herd.codes.clear()

        stopped, began = time.time(), time.perf_counter()
        first.send_signal(signal.SIGTERM)
        status = await first.wait()
        took = time.perf_counter() - began
        second = await stack.enter_async_context(running(*script, **server))
        await serving(second)
        down = time.perf_counter() - began
        told = dict(herd.codes)
        await asyncio.wait_for(herd.until_open(clients), 120)
        listening.cancel()
    print(f"{clients} readers through nginx, SIGTERM: exit status {status}, the new server listens")
    print(f"after {down:.2f} s")
    tell("told", told.get("1012", 0))
    tell("ended", took)
    tell("back", max(herd.opened) - stopped)
    tell("at once", 100 * peak(herd.opened) / clients)


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--clients", type=int, default=1000)
    arguments = parser.parse_args()
    # Node itself, not the script that stands for it in the virtual environment.
    node = subprocess.check_output([NODE, "-p", "process.execPath"], text=True).strip()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(arguments.clients, node, Path(folder)))


if __name__ == "__main__":
    main()
