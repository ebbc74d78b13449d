"""
A page of 30 KB and its 304, against Tornado's StaticFileHandler; nginx shows wrk's own limit.

Figures are requests a second of the server's processor time, in its least disturbed round.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from programs import free_ports
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 15
SECONDS = 1
OURS, TORNADO = "Liveguide", "StaticFileHandler"
TAKES = "Accept-Encoding: gzip, deflate, br, zstd"
_TORNADO = """
import asyncio, sys
from tornado.web import Application, StaticFileHandler
async def main():
    rules = [(r"/(.*)", StaticFileHandler, {"path": sys.argv[1], "default_filename": "index.html"})]
    Application(rules).listen(int(sys.argv[2]), "127.0.0.1")
    print("Serving", flush=True)
    await asyncio.Event().wait()
import logging
logging.getLogger("tornado.access").setLevel(logging.ERROR)
asyncio.run(main())
"""
_NGINX = """
daemon off; pid {folder}/nginx.pid; {rights}
events {{}}
http {{
  access_log off; gzip_static on;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  types {{ text/html html; }}
  server {{ listen 127.0.0.1:{port}; root {site}; }}
}}
"""


class Server:
    """One server that is measured: its process, its port, and what it answered."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.rates: dict[str, list[float]] = {}
        self.costs: dict[str, list[float]] = {}

    def processor_time(self) -> float:
        """Return the processor seconds of the server and its children so far."""
        ids = [self.process.pid]
        children = Path(f"/proc/{ids[0]}/task/{ids[0]}/children")
        ids += [int(child) for child in children.read_text().split()]
        # In nanoseconds, where the usual figures have steps of 10 ms.
        ran = (Path(f"/proc/{process}/schedstat").read_text().split()[0] for process in ids)
        return sum(map(int, ran)) / 1e9

    def measure(self, what: str, path: str, headers: list[str]) -> None:
        """Ask for *path* as fast as one core can, over 16 connections."""
        before = self.processor_time()
        options = [option for header in headers for option in ("-H", header)]
        command = ["wrk", "-t1", "-c16", f"-d{SECONDS}s", *options]
        if len(os.sched_getaffinity(0)) > 1:
            command = ["taskset", "-c", "1", *command]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{self.port}{path}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        requests = 1 + int(re.search(r"(\d+) requests in", done)[1])
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done)
        assert bad is None, f"{what}: {bad[1]} bad answers"
        self.rates.setdefault(what, []).append(float(re.search(r"Requests/sec:\s+(\S+)", done)[1]))
        spent = (self.processor_time() - before) / requests if requests > 1 else 0.0
        self.costs.setdefault(what, []).append(spent * 1e6)


@contextmanager
def _running(port: int, *command: str) -> Iterator[Server]:
    if len(os.sched_getaffinity(0)) > 1:
        command = ("taskset", "-c", "0", *command)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, text=True) as process:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert process.poll() is None, f"{command} has ended"
                time.sleep(0.02)
        try:
            yield Server(process, port)
        finally:
            process.send_signal(signal.SIGTERM)


def _etag(port: int, path: str, *headers: str) -> str:
    options = [option for header in headers for option in ("-H", header)]
    command = ["curl", "-s", "-o", os.devnull, "-D", "-", *options]
    head = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    return re.search(r"(?im)^etag: *(\S+)", head)[1]


def _page(site: Path) -> str:
    """Return the address of the page whose size is nearest to 30 KB."""
    pages = [path for path in site.rglob("*.html") if path.name != "404.html"]
    nearest = min(pages, key=lambda path: abs(path.stat().st_size - 30 * 1024))
    return f"/{nearest.relative_to(site).as_posix()}"


def _tell(name: str, what: str, servers: dict[str, Server]) -> None:
    """Tell requests a second of processor time; print those of the clock."""
    figures = {}
    for server_name, server in servers.items():
        rate = server.rates[what]
        print(
            f"  {server_name:20} {statistics.median(rate):6.0f} requests a second of the clock"
            f" ({min(rate):.0f} to {max(rate):.0f})"
        )
        # The least is of a round that nobody disturbed; one that got no time at all has none.
        figures[server_name] = 1e6 / min(filter(None, server.costs[what]))
    tell(name, figures.pop(OURS), figures)


def main() -> None:
    """Build this project's own guide and serve it by all three, in turn."""
    for program in ("wrk", "curl", "taskset"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install wrk curl util-linux")
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        subprocess.run(
            [sys.executable, "build.py", "--quiet", "--output", str(site)], cwd=ROOT, check=True
        )
        page = _page(site)
        size = (site / page[1:]).stat().st_size / 1024
        ports = free_ports(3)
        Path(folder).chmod(0o755)
        configuration = Path(folder, "nginx.conf")
        rights = "user root;" if os.geteuid() == 0 else ""
        configuration.write_text(
            _NGINX.format(folder=folder, port=ports[2], site=site, rights=rights)
        )
        server = ("site_server.py", "--no-build", "--site", str(site), "--port", str(ports[0]))
        with (
            _running(ports[0], sys.executable, *server) as ours,
            _running(ports[1], sys.executable, "-c", _TORNADO, str(site), str(ports[1])) as tornado,
            _running(ports[2], nginx or "nginx", "-e", "stderr", "-c", str(configuration)) as proxy,
        ):
            tags = _etag(ports[0], page, TAKES), _etag(ports[1], page)
            for _ in range(ROUNDS):
                tornado.measure("page", page, [TAKES])
                ours.measure("page", page, [TAKES])
                proxy.measure("page", page, [TAKES])
                tornado.measure("304", page, [f"If-None-Match: {tags[1]}"])
                ours.measure("304", page, [TAKES, f"If-None-Match: {tags[0]}"])
    print(f"{page}, {size:.0f} KB, {ROUNDS} rounds of {SECONDS} s, servers on core 0, wrk on 1")
    _tell("file", "page", {OURS: ours, TORNADO: tornado, "nginx": proxy})
    _tell("304", "304", {OURS: ours, TORNADO: tornado})


if __name__ == "__main__":
    main()
