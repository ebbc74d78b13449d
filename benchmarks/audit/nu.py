"""The Nu Html Checker, the W3C's, on pages and stylesheets."""

from __future__ import annotations

import asyncio
import json
import re
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Sequence
from pathlib import Path

from .tools import java, package

_SECONDS = 120

# What the checker says and is not so, or what was decided otherwise: a pattern, and the reason.
FILTERED = {
    r"Setting both “allow-scripts” and “allow-same-origin”": (
        "demos are the author's own files and need their session (docs/decisions.md)"
    ),
    r"CSS: Unrecognized at-rule “@container”|“container-type”": (
        "the checker's CSS is older than container queries, which every browser has since 2023"
    ),
}


async def complaints(
    what: Iterable[str | Path], *options: str, filtered: Sequence[str] = tuple(FILTERED)
) -> list[str]:
    """
    Return its errors and warnings; not its remarks, such as on a slash in `<br />`.

    Args:

        what: Addresses of pages, or files.

        options: More options of its command line, such as `--css` for stylesheets.

        filtered: Patterns of messages that are left out.

    Raises:

        ToolMissing: There is no Java runtime or no checker.
    """
    process = await asyncio.create_subprocess_exec(
        *(
            java(),
            "-Dnu.validator.servlet.allow-forbidden-hosts=true",
            "-Xss4m",
            "-jar",
            package("vnu-jar/build/dist/vnu.jar"),
        ),
        *("--format", "json", "--stdout", "--exit-zero-always", *options, *map(str, what)),
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    if process.returncode or not out:
        raise RuntimeError(f"the Nu Html Checker failed: {err.decode().strip()}")
    skipped = re.compile("|".join(filtered)) if filtered else None
    return [
        _line(message)
        for message in json.loads(out)["messages"]
        if not (message["type"] == "info" and "subType" not in message)
        and not (skipped and skipped.search(message["message"]))
    ]


def _line(message: dict[str, str]) -> str:
    kind = message.get("subType") or message["type"]
    place = f"{message.get('url', '')}:{message.get('lastLine', '')}"
    return f"{place}: {kind}: {message['message']} {message.get('extract', '')!r}"
