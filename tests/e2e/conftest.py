"""Fixtures that drive a real Chromium against real servers."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Response, async_playwright, expect

from liveguide.builder.site import build_site

# Playwright's 5 s are short for a busy machine; a test that waits in vain takes longer to say so.
expect.set_options(timeout=30_000)

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "guide"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox",  # tests may run as root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_goto, _reload = Page.goto, Page.reload


async def _goto_ready(page: Page, url: str, **options: Any) -> Response | None:
    """Open a page, and wait for the script that one of ours loads after its first paint."""
    response = await _goto(page, url, **options)
    await _is_ready(page)
    return response


async def _reload_ready(page: Page, **options: Any) -> Response | None:
    response = await _reload(page, **options)
    await _is_ready(page)
    return response


async def _is_ready(page: Page) -> None:
    await page.locator("html[data-theme]:not([data-ready])").wait_for(state="detached")


Page.goto, Page.reload = _goto_ready, _reload_ready


class Server:
    """
    A `site_server.py` of its own process.

    Args:

        guide: The guide folder.

        site: The built site.

        options: More arguments of its command line.

    Attributes:

        url: The address of the site, with a slash at the end.

        lines: What it has printed so far.
    """

    def __init__(self, guide: Path, site: Path, *options: str | Path) -> None:
        self._guide = guide
        self._site = site
        self._options = options
        self._process: Process
        self._reader: asyncio.Task[None]
        self._printed = asyncio.Condition()
        self.lines: list[str] = []
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Start it, and wait until it says that it is serving."""
        how = () if "--watch" in self._options else ("--no-build",)
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, ROOT / "site_server.py", self._guide),
            *("--site", self._site, "--port", str(port), *how, *self._options),
            stdout=PIPE,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            line = (await self._process.stdout.readline()).decode()
        assert line.startswith("Serving "), line
        self.url = line.split()[1]
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._printed:
                self.lines.append(line.decode().rstrip())
                self._printed.notify_all()

    async def printed(self, words: str, times: int = 1) -> None:
        """Wait until so many of its lines hold *words*."""
        async with asyncio.timeout(60), self._printed:
            await self._printed.wait_for(lambda: sum(words in x for x in self.lines) >= times)

    async def kill(self) -> None:
        """End it without warning."""
        await self._end(self._process.kill)

    async def stop(self) -> None:
        """End it as an administrator would."""
        await self._end(self._process.terminate)

    async def _end(self, how: Callable[[], None]) -> None:
        with contextlib.suppress(ProcessLookupError):
            how()
        await self._process.wait()
        await self._reader


ServeTree = Callable[[Mapping[str, str]], Awaitable[Server]]
BuiltTrees = dict[frozenset[tuple[Path, bytes]], Path]


@pytest_asyncio.fixture(name="browser", scope="session")
async def _browser() -> AsyncIterator[Browser]:
    """Return a Chromium that lasts as long as the run."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("there is no Chromium; `make test` installs it")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(name="page")
async def _page(browser: Browser) -> AsyncIterator[Page]:
    """Return a fresh page of a reader of its own."""
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


@pytest.fixture(name="guide_site", scope="session")
def _guide_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return our guide, built."""
    site = tmp_path_factory.mktemp("guide") / "site"
    subprocess.run(
        [sys.executable, ROOT / "build.py", GUIDE, "--output", site, "--strict", "--quiet"],
        check=True,
    )
    return site


@pytest_asyncio.fixture(name="guide_server", scope="session")
async def _guide_server(guide_site: Path) -> AsyncIterator[Server]:
    """Return a server of our guide that lasts as long as the run."""
    server = Server(GUIDE, guide_site)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(name="guide_url")
def _guide_url(guide_server: Server) -> str:
    """Return the address of our guide."""
    return guide_server.url


@pytest.fixture(name="built_trees", scope="session")
def _built_trees() -> BuiltTrees:
    """Return the sites that were built of guides given as files; many tests give the same ones."""
    return {}


def build(guide: Path, site: Path, known: BuiltTrees) -> None:
    """Build a site, every warning an error, unless one of such a guide is known."""
    files = (path for path in guide.rglob("*") if path.is_file())
    made_of = frozenset((path.relative_to(guide), path.read_bytes()) for path in files)
    if made_of in known:
        shutil.copytree(known[made_of], site)
        return
    report = build_site(guide, site, strict=True, jobs=1)
    assert report.written, [str(problem) for problem in report.problems]
    known[made_of] = shutil.copytree(site, site.with_name("built"))


@pytest_asyncio.fixture(name="serve_tree")
async def _serve_tree(
    write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path, built_trees: BuiltTrees
) -> AsyncIterator[ServeTree]:
    """Return a function that builds and serves a guide given as files."""
    servers: list[Server] = []

    async def serve_tree(files: Mapping[str, str]) -> Server:
        guide = write_tree(files)
        build(guide, tmp_path / "site", built_trees)
        server = Server(guide, tmp_path / "site")
        await server.start()
        servers.append(server)
        return server

    yield serve_tree
    for server in servers:
        await server.stop()
