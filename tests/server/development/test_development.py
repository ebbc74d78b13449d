"""A server that watches: the real script, its builder, and what it tells and refuses."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import websockets
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from websockets.exceptions import ConnectionClosed, InvalidStatus

from liveguide.server.development.app import WatchedApplication

from ..conftest import ECHO, Serve, routes

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[3]
VISIT = {"Sec-Fetch-Dest": "document"}


class Watched:
    """A server that watches, and ways to talk to it."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.url = ""

    async def line(self, words: str) -> str:
        """Return the next line of its output with these words."""
        while True:
            async with asyncio.timeout(60):
                line = (await self.process.stdout.readline()).decode()
            assert line, "it has ended"
            if words in line:
                return line

    async def get(self, path: str = "", **headers: str) -> HTTPResponse:
        """Fetch a path as a browser would that opens it."""
        headers = headers or VISIT
        return await AsyncHTTPClient().fetch(self.url + path, headers=headers, raise_error=False)

    def connect(self, path: str, **options: Any) -> websockets.connect:
        """Open a WebSocket."""
        options.setdefault("origin", self.url.rstrip("/"))
        return websockets.connect(self.url.replace("http", "ws") + path, proxy=None, **options)

    def builder(self) -> int:
        """Return the process of the builder."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])


Start = Callable[..., Awaitable[Watched]]


@pytest.fixture(name="start")
def _start(launch: Callable[..., Awaitable[Process]]) -> Start:
    """Return a function that starts a server of the guide, and waits until it has built."""

    async def start() -> Watched:
        command = [sys.executable, ROOT / "site_server.py", "--watch", "--port", "0"]
        watched = Watched(await launch(*command))
        watched.url = (await watched.line("Serving")).split()[1]
        await watched.line("Built")
        return watched

    return start


async def test_only_a_page_that_is_opened_gets_the_script(write_tree, start, tmp_path):
    """Scripts and frames get the file as it is on disk, where no trace of the script is."""
    write_tree({"README.md": "# Home\n"})
    watched = await start()
    on_disk = (tmp_path / ".liveguide/site.preview/index.html").read_bytes()

    opened = await watched.get()
    framed = await watched.get(**{"Sec-Fetch-Dest": "iframe"})

    assert b"/_liveguide/dev/development/reload.js?since=" in opened.body
    assert opened.headers["Cache-Control"] == "no-store"
    assert framed.body == on_disk
    assert b"reload.js" not in on_disk
    assert not (tmp_path / ".liveguide/site.preview/_liveguide/development").exists()


async def test_drafts_are_marked_and_the_site_is_left_alone(write_tree, start, tmp_path):
    """What is published holds no draft, however long its author looked at one."""
    write_tree({"README.md": "# Home\n", "a.md": "---\ndraft: true\n---\n# A\n"})
    watched = await start()

    draft, page = await watched.get("a.html"), await watched.get()

    assert (draft.code, page.code) == (200, 200)
    assert b"&amp;draft" in draft.body
    assert b"&amp;draft" not in page.body
    assert not (tmp_path / "site").exists()


async def test_the_script_and_what_it_loads_are_served_and_nothing_else(write_tree, start):
    """No other file of ours can be had by that address."""
    write_tree({"README.md": "# Home\n"})
    watched = await start()
    base = "_liveguide/dev/"

    found = [(await watched.get(base + path)).code for path in (
        "development/reload.js", "development/live-errors.js", "lib/element.js", "runner.html",
        "development/none.js", "development/../main.js", "lib/%2e%2e/main.js",
    )]  # fmt: skip

    assert found == [200, 200, 200, 404, 404, 404, 404]


async def test_news_are_for_pages_of_this_site(write_tree, start):
    """Problems quote an author's files, so no other site is told."""
    write_tree({"README.md": "# Home\n"})
    watched = await start()

    with pytest.raises(InvalidStatus, match="403"):
        await watched.connect("_liveguide/dev", origin="https://elsewhere.example")
    async with watched.connect("_liveguide/dev") as news:
        assert json.loads(await news.recv())["stale"] is True


async def test_a_page_is_told_what_changed_while_it_loaded(write_tree, start):
    """It says which version it has, and hears of all that came after."""
    guide = write_tree({"README.md": "# Home\n"})
    watched = await start()
    since = (await watched.get()).body.partition(b"?since=")[2].partition(b'"')[0].decode()
    (guide / "README.md").write_text("# Home\n\nNew.\n")
    await watched.line("Built index.html")

    async with watched.connect(f"_liveguide/dev?since={since}") as news:
        told = json.loads(await news.recv())

    assert "index.html" in told["outputs"]
    assert "stale" not in told


async def test_a_server_that_does_not_watch_has_none_of_it(serve: Serve):
    """Neither the socket nor the scripts are there."""
    served = await serve({}, {"index.html": "<h1>Home</h1>"})

    found = [await served.status(f"/_liveguide/dev{x}") for x in ("", "/development/reload.js")]
    assert found == [404, 404]
    assert b"reload.js" not in (await served.get("/", headers=VISIT)).body


async def test_changed_functions_answer_new_connections_and_close_old_ones(write_tree, start):
    """The connection of another folder lives on, and so does what its module holds."""
    count = "n = []\ndef on_message(handler, message):\n    n.append(1)\n"
    count += "    handler.write_message(f'{WORD} {len(n)}')\n"
    on_message = "on_message: {function: bot.on_message}"
    guide = write_tree(
        {
            "README.md": "# Home\n",
            "a/gramex.yaml": routes(a=on_message),
            "a/bot.py": count.replace("{WORD}", "one"),
            "b/gramex.yaml": routes(b=on_message),
            "b/bot.py": count.replace("{WORD}", "other"),
        }
    )
    watched = await start()
    async with watched.connect("a/a") as a, watched.connect("b/b") as b:
        await b.send("")
        assert await b.recv() == "other 1"

        (guide / "a/bot.py").write_text(count.replace("{WORD}", "two"))

        with pytest.raises(ConnectionClosed):
            await a.recv()
        assert (a.close_code, a.close_reason) == (1012, "its functions have changed")
        async with watched.connect("a/a") as again:
            await again.send("")
            assert await again.recv() == "two 1"
        await b.send("")
        assert await b.recv() == "other 2"


async def test_broken_functions_leave_the_last_good_ones(write_tree, start):
    """The error is told, with the lines around it, and gone when it is mended."""
    guide = write_tree({"README.md": "# Home\n", "gramex.yaml": routes(echo=ECHO)})
    watched = await start()
    async with watched.connect("_liveguide/dev") as news, watched.connect("echo") as echo:
        await news.recv()
        (guide / "gramex.yaml").write_text("url:\n  echo: [\n")
        broken = json.loads(await news.recv())
        await echo.send("still here")
        assert await echo.recv() == "still here"
        async with watched.connect("echo") as another:
            await another.send("and here")
            assert await another.recv() == "and here"

        (guide / "gramex.yaml").write_text(routes(echo=ECHO))
        mended = json.loads(await news.recv())

    (problem,) = broken["problems"]
    assert problem["path"] == "guide/gramex.yaml"
    assert [2, "  echo: ["] in problem["lines"]
    assert mended["problems"] == []


async def test_it_says_when_no_error_is_left_and_what_is_gone(write_tree, start):
    """Whoever looks at the terminal alone knows as well."""
    guide = write_tree({"README.md": "# Home\n", "a.md": "# A\n"})
    watched = await start()
    (guide / "a.md").write_text("---\norder: x\n---\n# A\n")
    async with watched.connect("_liveguide/dev") as news:
        while not json.loads(await news.recv())["problems"]:
            pass

    (guide / "a.md").write_text("# A\n\nText.\n")
    await watched.line("Fixed: no errors")
    (guide / "a.md").unlink()

    assert "a.html" not in (await watched.line(", removed a.html")).partition(", removed")[0]


async def test_what_a_function_raised_with_is_told(write_tree, start):
    """The author needs it; a server that does not watch keeps it to itself."""
    bot = "def on_message(handler, message):\n    raise ValueError('no ' + message)\n"
    gramex = routes(bot="on_message: {function: bot.on_message}")
    write_tree({"README.md": "# Home\n", "gramex.yaml": gramex, "bot.py": bot})
    watched = await start()

    async with watched.connect("_liveguide/trace") as trace, asyncio.timeout(60):
        key = json.loads(await trace.recv())["key"]
        async with watched.connect(f"bot?_liveguide={key}.1") as ws:
            await ws.send("way")
            while (told := json.loads(await trace.recv()))["type"] != "line":
                pass

    assert told["text"] == "bot.on_message raised ValueError: no way"


async def test_a_builder_that_dies_is_started_again(write_tree, start):
    """It is reported, and the next change is built."""
    guide = write_tree({"README.md": "# Home\n"})
    watched = await start()

    os.kill(watched.builder(), signal.SIGKILL)

    await watched.line("Built 1 pages")
    (guide / "README.md").write_text("# Home\n\nNew.\n")
    await watched.line("Built index.html")
    assert b"New." in (await watched.get()).body


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_nothing_is_left_when_it_ends(write_tree, start, tmp_path, end):
    """The builder ends with it, and there are no temporary folders."""
    write_tree({"README.md": "# Home\n"})
    watched = await start()
    builder = os.pidfd_open(watched.builder())  # it is no child of ours
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(builder, ended.set)

    watched.process.send_signal(end)
    _, errors = await asyncio.wait_for(watched.process.communicate(), 60)

    async with asyncio.timeout(60):
        await ended.wait()
    loop.remove_reader(builder)
    os.close(builder)
    assert b"Traceback" not in errors
    assert [path.name for path in (tmp_path / ".liveguide").glob("*.tmp")] == []


async def test_following_begins_again_whatever_ended_it(write_tree, tmp_path, caplog):
    """What the builder says that is no message ends nothing for good, and is logged."""
    guide = write_tree({"README.md": "# Home\n"})
    heard = asyncio.Event()

    class Builder:
        begun = 0

        async def messages(self):
            self.begun += 1
            if self.begun == 1:
                raise ValueError("no message")
            heard.set()
            await asyncio.Event().wait()
            yield {}

        async def end(self):
            pass

    async with WatchedApplication(guide, tmp_path / "site", Builder(), secret=b"x" * 32):
        async with asyncio.timeout(60):
            await heard.wait()

    assert "changes were not followed any more; that begins again" in caplog.text


async def test_a_guide_that_goes_away_is_no_fault(write_tree, tmp_path, caplog):
    """It may be gone when the news of its settings come: the builder says so, nobody else."""
    guide = write_tree({"README.md": "# Home\n", "liveguide.yaml": "title: X\n"})
    settings = str(guide / "liveguide.yaml")
    followed = asyncio.Event()

    class Builder:
        async def messages(self):
            shutil.rmtree(guide)
            yield {"type": "changed", "paths": [settings]}
            followed.set()
            await asyncio.Event().wait()

        async def end(self):
            pass

    async with WatchedApplication(guide, tmp_path / "site", Builder(), secret=b"x" * 32):
        async with asyncio.timeout(60):
            await followed.wait()

    assert caplog.text == ""
