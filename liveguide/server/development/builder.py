"""
The builder, as a process of its own that stays and builds whatever has changed.

It writes what it does as JSON, one object a line: `{"type": "changed", "paths": [...]}` as soon
as files have changed, and `{"type": "built", ...}` when the site is, or could not be, built
anew. It ends when its standard input does: with this process, however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

log = logging.getLogger(__name__)

_LONGEST_LINE = 64 * 1024 * 1024
_RESTART_AFTER = 1.0  # seconds, so that one that fails at once is not restarted at once
_TO_END = 5.0


class BuilderProcess:
    """
    A builder that is started again when it dies.

    Args:

        command: The program and its arguments.

        environment: Variables that it gets besides our own.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = {**os.environ, **environment}
        self._process: Process | None = None

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what it says, for as long as we run."""
        while True:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                env=self._environment,
                limit=_LONGEST_LINE,
            )
            assert process.stdout is not None
            async for line in process.stdout:
                yield json.loads(line)
            status = await process.wait()
            log.error("the builder has ended (status %d) and is started again", status)
            yield {"type": "ended", "status": status}
            await asyncio.sleep(_RESTART_AFTER)

    async def end(self) -> None:
        """End it, and wait for that."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(_TO_END):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
