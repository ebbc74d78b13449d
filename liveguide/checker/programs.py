"""Run the Python programs of a page, and decide whether they print what the page says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from ..builder.extensions.page import Program
from .report import Outcome, quoted

_SECONDS = 30.0
_MOST_BYTES = 1_000_000
_LAST_LINES = 5


def address_for(site: str, page: str) -> str:
    """
    Return the WebSocket address of the folder that a page stands in, with a slash at the end.

    Args:

        site: The address of the site.

        page: The address of the page, relative to it.
    """
    folder = urljoin(urljoin(site, page), ".")
    return re.sub("^http", "ws", folder)


async def run_program(
    path: str, program: Program, address: str, seconds: float = _SECONDS
) -> Outcome:
    """
    Run a program as a process of its own; return what became of it.

    Args:

        path: The page's file as messages name it.

        program: The program.

        address: What it is called with.

        seconds: How long it may take.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, program.path.name, address),
        cwd=program.path.parent,
        env={
            **os.environ,
            "PYTHONUNBUFFERED": "1",  # what it printed before it was ended is seen
            "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1",  # the guide's folder stays as it is
        },
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    printed, complained = bytearray(), bytearray()
    readers = [
        asyncio.create_task(_read(process.stdout, printed)),
        asyncio.create_task(_read(process.stderr, complained)),
    ]
    problem = ""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*readers)
            await process.wait()
    except OverflowError:
        problem = f"it wrote more than {_MOST_BYTES:,} bytes"
    except TimeoutError:
        problem = f"it did not end within {seconds:g} s"
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await _end(process, process.stdout, process.stderr)
    return _judge(path, program, problem, process.returncode or 0, printed, complained)


async def _read(stream: asyncio.StreamReader, kept: bytearray) -> None:
    """Keep what a program writes; raise `OverflowError` where that is too much."""
    while part := await stream.read(65536):
        kept += part
        if len(kept) > _MOST_BYTES:
            raise OverflowError


async def _end(process: Process, *streams: asyncio.StreamReader) -> None:
    """End a program, and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # A process is told to have ended only when all that it wrote was read.
    await asyncio.gather(*map(_drop, streams))
    await process.wait()


async def _drop(stream: asyncio.StreamReader) -> None:
    while await stream.read(65536):
        pass


def _judge(
    path: str, program: Program, problem: str, status: int, printed: bytearray, said: bytearray
) -> Outcome:
    name = f'"{program.name}"'
    lines = _lines(printed)
    errors = _lines(said)[-_LAST_LINES:]
    expected: list[str] = []
    if not printed_all(program.expected, lines):
        expected = list(program.expected["lines"])
    elif problem or status:
        expected = ["to end with status 0"]
    if not expected:
        told = f"{name} printed {quoted(program.expected['lines'])}"
        return Outcome("program", path, program.line, True, told)
    state = problem or (f"it ended with status {status}" if status else "")
    findings = {
        "expected": expected,
        "seen": lines or ["nothing was printed"],
        "state": [state] if state else [],
        "stderr": errors,
    }
    findings = {label: found for label, found in findings.items() if found}
    return Outcome("program", path, program.line, False, name, findings)


def _lines(text: bytearray) -> list[str]:
    return [line.rstrip() for line in text.decode(errors="replace").splitlines() if line.strip()]


def printed_all(expected: dict[str, Any], lines: list[str]) -> bool:
    """
    Return whether *lines* hold all that is expected, by the rules of a snippet's output.

    Args:

        expected: `lines`, how they match (`exact`, with `...` for any text, or `pattern`), and
            their order (`strict`: one after the other, with others between; or `any`).

        lines: What was printed.
    """
    matches = [_matcher(line, expected["match"]) for line in expected["lines"]]
    if expected["order"] == "strict":
        rest = iter(lines)
        return all(any(match(line) for line in rest) for match in matches)
    return _all_placed(matches, lines)


def _all_placed(matches: list[Callable[[str], bool]], lines: list[str]) -> bool:
    """Return whether each matcher can have a line of its own."""
    placed: dict[int, int] = {}

    def place(matcher: int, tried: set[int]) -> bool:
        for number, line in enumerate(lines):
            if number in tried or not matches[matcher](line):
                continue
            tried.add(number)
            if number not in placed or place(placed[number], tried):
                placed[number] = matcher
                return True
        return False

    return all(place(matcher, set()) for matcher in range(len(matches)))


def _matcher(stated: str, match: str) -> Callable[[str], bool]:
    if match == "pattern":
        pattern = re.compile(stated)
        return lambda line: pattern.search(line) is not None
    whole = re.compile(".*".join(map(re.escape, stated.strip().split("..."))))
    return lambda line: whole.fullmatch(line.strip()) is not None
