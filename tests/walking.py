"""A page of instructions, followed to the letter."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from dataclasses import dataclass, field
from pathlib import Path

_FENCE = re.compile(
    r"^(`{3,})(\w+)(?: title=(\S+))?(?: wrap)?\n(.*?)^\1$", re.DOTALL | re.MULTILINE
)
_SECONDS = 180


@dataclass(frozen=True)
class Fence:
    """A fence of a page: commands for a console, or the content of a file."""

    language: str
    title: str
    text: str


def sections(page: str) -> dict[str, list[Fence]]:
    """Return the fences below each heading of the second level."""
    hidden = _FENCE.sub(lambda fence: re.sub(r"^#", "-", fence[0], flags=re.MULTILINE), page)
    starts = [(m.start(), m[1]) for m in re.finditer(r"^## (.*)$", hidden, re.MULTILINE)]
    ends = [start for start, _ in starts[1:]] + [len(page)]
    return {
        heading: [Fence(m[2], m[3] or "", m[4]) for m in _FENCE.finditer(page[start:end])]
        for (start, heading), end in zip(starts, ends, strict=True)
    }


def matches(expected: list[str], seen: list[str]) -> bool:
    """Return whether *seen* is what is expected; `...` is any lines, a time any time."""
    parts = [r"(?:.*\n)*" if line == "..." else _pattern(line) + r"\n" for line in expected]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in seen)) is not None


def _pattern(line: str) -> str:
    numbers = re.sub(r"\d+(\\\.\d+)? (m?s)\b", r"[\\d.]+ \2", re.escape(line).replace(r"\ ", " "))
    return re.sub(r":8888/", r":\\d+/", numbers)


@dataclass
class Reader:
    """
    Somebody who follows a page in a folder.

    Attributes:

        folder: Where they are.

        environment: The variables of their shell.

        url: The address of the server that they started last.
    """

    folder: Path
    environment: dict[str, str]
    url: str = ""
    _setup: list[str] = field(default_factory=list)
    _server: Process | None = None

    async def follow(self, fences: list[Fence]) -> None:
        """Run the commands and write the files, in turn; what is shown must be what is said."""
        for fence in fences:
            if fence.language == "console":
                for command in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
                    line, *expected = command.splitlines()
                    await self._run(line, expected)
            else:
                (self.folder / fence.title).write_text(fence.text)

    async def stop(self) -> None:
        """End the server that runs, as Ctrl-C does."""
        if self._server is not None and self._server.returncode is None:
            os.killpg(self._server.pid, signal.SIGINT)
            await self._server.communicate()

    async def _run(self, line: str, expected: list[str]) -> None:
        if line.startswith("liveguide serve"):
            await self._serve(line, expected)
            return
        process = await self._start(line)
        async with asyncio.timeout(_SECONDS):
            out, _ = await process.communicate()
        seen = out.decode().splitlines()
        assert (process.returncode == 0) is not any("FAILED" in text for text in expected), seen
        assert not expected or matches(expected, seen), (expected, seen)
        if line.startswith(". "):
            self._setup.append(line)

    async def _serve(self, line: str, expected: list[str]) -> None:
        """Start a server in place of the one before it, on a port that nobody else has."""
        await self.stop()
        self._server = await self._start(f"exec {line} --port 0")
        assert self._server.stdout is not None
        seen: list[str] = []
        async with asyncio.timeout(_SECONDS):
            while not matches(expected, seen):
                text = (await self._server.stdout.readline()).decode()
                assert text, (expected, seen)
                seen.append(text.rstrip("\n"))
        self.url = next(text.split()[1] for text in seen if text.startswith("Serving "))

    async def _start(self, line: str) -> Process:
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", "\n".join(["set -e", *self._setup, line])),
            cwd=self.folder,
            env=self.environment,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
