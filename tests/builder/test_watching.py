"""The builder that stays: the real process, spoken to as the server speaks to it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]


class Watching:
    """A builder, and what it says."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def says(self, kind: str) -> dict[str, Any]:
        """Return the next message of a kind; others are passed over."""
        while True:
            async with asyncio.timeout(60):
                line = await self.process.stdout.readline()
            message = json.loads(line)
            if message["type"] == kind:
                return message


Start = Callable[[], Awaitable[Watching]]


@pytest.fixture(name="start")
def _start(launch: Callable[..., Awaitable[Process]]) -> Start:
    """Return a function that starts a builder of the guide beside it."""

    async def start() -> Watching:
        command = [sys.executable, "-m", "liveguide.builder.watching", "guide", "site"]
        return Watching(await launch(*command, stdin=PIPE, stderr=None))

    return start


async def test_a_saved_page_is_built(write_tree, start, tmp_path):
    """First it says what has changed, then what is another in the site."""
    guide = write_tree({"README.md": "# Home\n", "a.md": "# A\n"})
    watching = await start()
    first = await watching.says("built")

    (guide / "a.md").write_text("# A\n\nNew words.\n")

    assert (await watching.says("changed"))["paths"] == ["guide/a.md"]
    built = await watching.says("built")
    assert (first["first"], first["pages"], built["first"]) == (True, 2, False)
    assert "a.html" in built["outputs"]
    assert "index.html" not in built["outputs"]
    assert "New words." in (tmp_path / "site/a.html").read_text()


async def test_many_files_at_once_are_one_build(write_tree, start):
    """As when another branch is checked out: what is read in parts is built as a whole."""
    names = [f"page{number}.md" for number in range(60)]
    guide = write_tree({name: "# Old\n" for name in names})
    watching = await start()
    await watching.says("built")

    watching.process.send_signal(signal.SIGSTOP)  # for it, they all come in one moment
    await asyncio.to_thread(os.waitid, os.P_PID, watching.process.pid, os.WSTOPPED)
    for name in names:
        (guide / name).write_text("# New\n")
    watching.process.send_signal(signal.SIGCONT)

    changed = await watching.says("changed")
    built = await watching.says("built")
    assert len(changed["paths"]) == 60
    assert len([x for x in built["outputs"] if x.startswith("page") and x.endswith("html")]) == 60


async def test_an_included_file_outside_the_guide_is_watched(write_tree, start, tmp_path):
    """A page shows it, so a change of it is a change of the page."""
    (tmp_path / "outside").mkdir()
    given = tmp_path / "outside/given.txt"
    given.write_text("old\n")
    page = "# Home\n\n```text file=../outside/given.txt\n```\n"
    write_tree({"README.md": page, "liveguide.yaml": "include: [../outside]\n"})
    watching = await start()
    await watching.says("built")

    (tmp_path / "outside/.given.txt").write_text("new\n")
    (tmp_path / "outside/.given.txt").rename(given)

    assert "index.html" in (await watching.says("built"))["outputs"]


@pytest.mark.parametrize("moved", [False, True])
async def test_a_guide_that_is_removed_and_made_again_is_followed(
    write_tree, start, tmp_path, moved
):
    """As it is by a checkout of a branch without it: what comes back is built and watched."""
    guide = write_tree({"README.md": "# Home\n"})
    watching = await start()
    await watching.says("built")

    if moved:
        guide.rename(tmp_path / "away")
    else:
        shutil.rmtree(guide)
    gone = await watching.says("built")
    while (tmp_path / "site/index.html").exists() and gone["written"]:
        gone = await watching.says("built")
    write_tree({"README.md": "# Back\n"})
    while "Back" not in (tmp_path / "site/index.html").read_text():
        await watching.says("built")
    (guide / "README.md").write_text("# Followed\n")

    while "Followed" not in (tmp_path / "site/index.html").read_text():
        await watching.says("built")


async def test_an_error_is_told_with_the_lines_around_it(write_tree, start):
    """The server need not read the guide's pages to show what is wrong."""
    guide = write_tree({"README.md": "# Home\n"})
    watching = await start()
    await watching.says("built")

    (guide / "README.md").write_text("---\norder: two\n---\n# Home\n")

    built = await watching.says("built")
    (problem,) = built["problems"]
    assert not built["written"]
    assert (problem["path"], problem["line"]) == ("guide/README.md", 2)
    assert problem["lines"][:3] == [[1, "---"], [2, "order: two"], [3, "---"]]


async def test_drafts_are_built(write_tree, start, tmp_path):
    """Their author is writing them."""
    write_tree({"README.md": "# Home\n", "a.md": "---\ndraft: true\n---\n# A\n"})
    watching = await start()

    await watching.says("built")

    assert (tmp_path / "site/a.html").is_file()


async def test_it_ends_with_its_input(write_tree, start, tmp_path):
    """However the server ends, this does too, and leaves nothing half done."""
    write_tree({"README.md": "# Home\n"})
    watching = await start()
    await watching.says("built")

    watching.process.stdin.close()

    async with asyncio.timeout(60):
        assert await watching.process.wait() == 0
    assert [path.name for path in (tmp_path / ".liveguide").glob("*.tmp")] == []
