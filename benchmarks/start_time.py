"""From the start of the server's process to the line that says it is serving, and what it holds."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from paired import timings
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent
_FLOOR = """
import asyncio, tornado.web
async def main():
    tornado.web.Application([]).listen(0, "127.0.0.1")
    print("Serving", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
_ALONE, _ASKED, _SERVER = "Tornado alone", "site_server.py", "site_server.py --no-build"
_memory: dict[str, list[float]] = {}


def _held(process: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _until_serving(name: str, *command: str) -> float:
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Serving"):
                break
        taken = time.perf_counter() - started
        _memory.setdefault(name, []).append(_held(process.pid))
        process.send_signal(signal.SIGTERM)
    return taken


def main() -> None:
    """Build this project's own guide once, then time starts with and without the check of it."""
    with tempfile.TemporaryDirectory() as folder:
        site = str(Path(folder, "site"))
        subprocess.run(
            [sys.executable, "build.py", "--quiet", "--output", site], cwd=ROOT, check=True
        )
        server = ("site_server.py", "--port", "0", "--site", site)
        seconds = timings(
            {
                name: partial(_until_serving, name, *command)
                for name, command in {
                    _ALONE: ("-c", _FLOOR),
                    _ASKED: server,
                    _SERVER: (*server, "--no-build"),
                }.items()
            },
            runs=9,
            what="Start, this project's guide",
        )
    tell("start", seconds[_SERVER], {_ALONE: seconds[_ALONE]})
    tell("start, build asked", seconds[_ASKED], {_ALONE: seconds[_ALONE]})
    tell("start, memory", _memory[_SERVER], {_ALONE: _memory[_ALONE]})


if __name__ == "__main__":
    main()
