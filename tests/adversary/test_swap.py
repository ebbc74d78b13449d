"""The site is replaced while it is read (row 26): no request fails, and none gets a mixture."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from liveguide.builder.output import staged

READERS, EACH, SWAPS = 10, 150, 30
FILES = ["index.html", "chat/index.html", "_liveguide/main.js"]
PATHS = ["/", "/chat/", "/_liveguide/main.js"]


def write_site(folder: Path, number: int) -> None:
    """Write a site, in every file of which the same number stands, twice, at some distance."""
    folder.mkdir(exist_ok=True)
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<{number}>{'x' * (1000 + number)}<{number}>")
    (folder / ".liveguide.json").write_text(json.dumps({"policies": {}, "outputs": FILES}))


def build(site: Path, number: int) -> None:
    """Put a new site in the place of the old one, as the builder does."""
    with staged(site) as folder:
        write_site(folder, number)


def turn(site: Path, number: int) -> None:
    """Turn a link to a new release, and delete the old one."""
    old = site.resolve()
    release = site.with_name(f"release-{number}")
    write_site(release, number)
    link = site.with_name("new")
    link.symlink_to(release)
    link.rename(site)
    shutil.rmtree(old)


async def read(port: int) -> list[str]:
    """Ask again and again on one connection; return what was wrong with the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    faults = []
    for number in range(EACH):
        path = PATHS[number % len(PATHS)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r")[0])
        body = (await reader.readexactly(length)).decode()
        first, _, last = body.strip("<>").partition(">")
        if not head.startswith("http/1.1 200 ") or not last.endswith(f"<{first}"):
            faults.append(f"{path}: {head[:30]!r} {body[:30]!r}")
    writer.close()
    await writer.wait_closed()
    return faults


@pytest.mark.parametrize("swap", [build, turn])
async def test_1500_requests_during_swaps_are_answered_whole(serve, swap):
    """Each gets the old file or the new one, by a build in place and by a link that is turned."""
    served = await serve({})
    if swap is turn:
        served.site.rename(served.site.with_name("release-0"))
        served.site.symlink_to(served.site.with_name("release-0"))
    swap(served.site, 1)

    reading = asyncio.gather(*(read(served.port) for _ in range(READERS)))
    for number in range(2, SWAPS):
        await asyncio.to_thread(swap, served.site, number)
    faults = [fault for found in await reading for fault in found]

    assert faults == []
    assert f"<{SWAPS - 1}>" in (await served.get("/")).body.decode()
