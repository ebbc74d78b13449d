"""The server as operators run it: a process, its address, and what it writes."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """
    A server that runs.

    Attributes:

        process: The process.

        port: The port that it listens on.

        out: What it has printed, after its address, up to now.

        log: What it has logged up to now.
    """

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port
        self.out = b""
        self.log = b""
        self._reading = asyncio.gather(self._read_out(), self._read_log())

    async def _read_out(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.out += line

    async def _read_log(self) -> None:
        if self.process.stderr is None:
            return
        async for line in self.process.stderr:
            self.log += line

    async def stop(self) -> int:
        """Stop it as an operator would, and return its exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self._reading, 60)
        return await self.process.wait()


@asynccontextmanager
async def running(
    guide: Path, *options: str, descriptors: int | None = None, stderr: int = PIPE
) -> AsyncIterator[Running]:
    """
    Serve a guide in a process, with a site beside it, until the end of the block.

    Args:

        guide: The guide folder.

        options: More arguments of the command line.

        descriptors: How many file descriptors the process may have, if not as many as this one.

        stderr: Where the log goes, if not to `Running.log`.
    """
    few = () if descriptors is None else ("sh", "-c", f'ulimit -n {descriptors}; exec "$0" "$@"')
    site = guide.parent / "site"
    site.mkdir(exist_ok=True)
    (site / "index.html").write_text("<h1>Home</h1>")
    (site / ".liveguide.json").write_text("{}")
    process = await asyncio.create_subprocess_exec(
        *(*few, sys.executable, ROOT / "site_server.py", guide, "--site", site),
        *("--port", "0", "--no-build", *options),
        stdout=PIPE,
        stderr=stderr,
        limit=2**20,
    )
    try:
        # The address, which in JSON is a line of the log as any other.
        where = process.stderr if "json" in options else process.stdout
        assert where is not None
        line = (await asyncio.wait_for(where.readline(), 60)).decode()
        metrics = ""
        while line.startswith("Metrics "):
            metrics += line
            line = (await asyncio.wait_for(where.readline(), 60)).decode()
        address = line.partition("Serving ")[2].partition('"')[0].strip()
        assert address, line
        server = Running(process, int(address.rstrip("/").rpartition(":")[2]))
        server.out = metrics.encode()
        yield server
        await server.stop()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
