"""Programs that run for the time of a measurement or a test, and ports for them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any


def free_ports(count: int) -> list[int]:
    """Return so many ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in "x" * count]
        return [one.getsockname()[1] for one in sockets]


@contextlib.asynccontextmanager
async def running(*command: str | Path, **options: Any) -> AsyncIterator[Process]:
    """Run a command for the time of the block, with the options of `create_subprocess_exec`."""
    process = await asyncio.create_subprocess_exec(*map(str, command), **options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()  # nginx would leave its worker behind, were it killed
        await asyncio.wait_for(process.communicate(), 60)
