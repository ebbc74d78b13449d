"""Lighthouse, as Chrome has it, on a page and a device."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .tools import chromium, node, package

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
DEVICES = ("phone", "desktop")
_SCRIPT = Path(__file__).with_suffix(".js")
_SECONDS = 90


@dataclass(frozen=True)
class Verdict:
    """
    What Lighthouse says of one page on one device.

    Attributes:

        scores: From 0 to 100, by category.

        faults: A line for each audit that costs a score something.

        lcp: When the largest part of the page is painted, in milliseconds.

        tbt: How long scripts keep the page from answering, in milliseconds.

        cls: How far the layout shifts; 0 is not at all.
    """

    scores: dict[str, int]
    faults: list[str]
    lcp: float
    tbt: float
    cls: float


class Lighthouse:
    """Lighthouse with a Chromium of its own, for one page after the other; see `running`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in = process.stdin
        self._out = process.stdout

    async def look(self, url: str, device: str) -> Verdict:
        """Load a page once; raise `RuntimeError` where that fails."""
        self._in.write(f"{url} {device}\n".encode())
        async with asyncio.timeout(_SECONDS):
            told = json.loads(await self._out.readline() or '{"error": "Lighthouse has ended"}')
        if "error" in told:
            raise RuntimeError(f"Lighthouse on {url}: {told['error']}")
        return Verdict(**told)

    async def best(self, url: str, device: str, tries: int = 3) -> Verdict:
        """
        Load a page until its performance has all points, at most *tries* times.

        A busy machine only ever takes points away, and only from the performance: the verdict with
        most points is the one that tells something of the page.
        """
        verdicts: list[Verdict] = []
        for left in reversed(range(tries)):
            try:
                verdicts.append(await self.look(url, device))
            except RuntimeError:  # now and then Chromium records no start of the navigation
                if left == 0 and not verdicts:
                    raise
                continue
            if verdicts[-1].scores["performance"] == 100:
                break
        return max(verdicts, key=lambda verdict: verdict.scores["performance"])


@asynccontextmanager
async def running() -> AsyncIterator[Lighthouse]:
    """Start Lighthouse, and end it; raise `ToolMissing` where Node, Chromium or it is not there."""
    package("lighthouse/package.json")
    process = await asyncio.create_subprocess_exec(
        *(node(), _SCRIPT),
        env={**os.environ, "CHROME_PATH": chromium()},
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield Lighthouse(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.terminate()
            await process.wait()
