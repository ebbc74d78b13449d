"""Serve a built site for the time of a check, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ..errors import UsageError

_PROGRAM = "import sys; from liveguide.server.cli import main; sys.exit(main())"
_HERE = str(Path(__file__).resolve().parents[2])
_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 10
_KEPT_LINES = 40


@asynccontextmanager
async def serving(guide: Path, site: Path) -> AsyncIterator[tuple[str, deque[str]]]:
    """
    Serve the site in the folder *site*, built from *guide*, on a free port.

    Gives the address of the site, with a slash at the end, and the last lines
    of the server's log, which grow while it runs.

    Raises:

        UsageError: The server does not start; the message is its own.
    """
    path = os.pathsep.join(filter(None, [_HERE, os.environ.get("PYTHONPATH")]))
    arguments = [str(guide), "--site", str(site), "--port", "0", "--no-build"]
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, *arguments),
        env={**os.environ, "PYTHONPATH": path},
        stdout=PIPE,
        stderr=PIPE,
    )
    assert server.stdout is not None
    assert server.stderr is not None
    log: deque[str] = deque(maxlen=_KEPT_LINES)
    readers = [asyncio.create_task(_keep(server.stderr, log))]
    try:
        line = await _first_line(server.stdout)
        if not line.startswith("Serving "):
            await readers[0]
            raise UsageError("\n".join(["the server of the guide does not start:", *log]))
        readers.append(asyncio.create_task(_keep(server.stdout, deque(maxlen=1))))
        yield line.split()[1], log
    finally:
        await _end(server)
        await asyncio.gather(*readers)


async def _first_line(stream: asyncio.StreamReader) -> str:
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            return (await stream.readline()).decode(errors="replace")
    except TimeoutError:
        message = f"the server of the guide did not start within {_SECONDS_TO_START} s"
        raise UsageError(message) from None


async def _keep(stream: asyncio.StreamReader, lines: deque[str]) -> None:
    """Read what the server writes, so that it never waits for a reader."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # a line longer than the reader's buffer, which it has dropped
            continue
        if not line:
            return
        lines.append(line.decode(errors="replace").rstrip("\n"))


async def _end(server: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        server.terminate()
    try:
        async with asyncio.timeout(_SECONDS_TO_STOP):
            await server.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            server.kill()
        await server.wait()
