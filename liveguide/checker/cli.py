"""
The command `liveguide check`.

Exit statuses: 0 when all passed, 1 when something failed or the guide has
errors, 2 where the command line, the browser or the server can't be used.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..builder.site import build_site
from ..errors import Problem, SourceErrors, UsageError
from .checking import check_page
from .chromium import chromium
from .feature_rows import feature_rows
from .plan import Plan, PlannedPage, plan_guide
from .report import Outcome, feature_lines, lines_of, summary
from .serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Browser

_SECONDS_TO_CONNECT = 10


def run(options: argparse.Namespace) -> int:
    """Check as the command line asks; return the exit status."""
    try:
        with tempfile.TemporaryDirectory(prefix="liveguide-check-") as folder:
            return _check(options, Path(folder, "site"))
    except UsageError as error:
        print(f"liveguide check: {error}", file=sys.stderr)
        return 2
    except SourceErrors as error:
        print(error, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("liveguide check: stopped", file=sys.stderr)
        return 130


def _check(options: argparse.Namespace, temporary: Path) -> int:
    site = options.site or temporary
    plan = plan_guide(options.guide, site)
    problems = plan.problems
    if not problems and options.url is None and options.site is None:
        report = build_site(options.guide, site)
        problems = [] if report.written else report.problems
    if problems:
        return _not_built(problems)
    if options.site is not None and not site.is_dir():
        raise UsageError(f"there is no site in {site}; build it first, or leave out --site")
    return asyncio.run(_check_all(options, site, plan))


def _not_built(problems: list[Problem]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    print("liveguide check: the guide has errors, so nothing was checked", file=sys.stderr)
    return 1


async def _check_all(options: argparse.Namespace, site: Path, plan: Plan) -> int:
    """Check the pages, and tell of each when those before it are told."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    outcomes: list[Outcome] = []
    async with _address(options, site) as (url, log), chromium(options.browser) as browser:
        async for found in _in_order(browser, url, plan.pages, options.jobs):
            for outcome in found:
                print("\n".join(lines_of(outcome)), flush=True)
            outcomes += found
    failed = not all(outcome.ok for outcome in outcomes)
    if failed and log:
        print("the last lines of the server's log:", *log, sep="\n  ")
    rows = feature_rows(plan.features, plan.pages, outcomes) if plan.features else []
    for line in feature_lines(rows):
        print(line)
    print(summary(outcomes, len(plan.pages)))
    return 1 if failed else 0


@asynccontextmanager
async def _address(
    options: argparse.Namespace, site: Path
) -> AsyncIterator[tuple[str, deque[str]]]:
    """Give the address of the site, and the log of its server where it is ours."""
    if options.url is None:
        async with serving(options.guide, site) as served:
            yield served
    else:
        await _answers(options.url)
        yield options.url, deque()


async def _in_order(
    browser: Browser, url: str, pages: list[PlannedPage], jobs: int
) -> AsyncIterator[list[Outcome]]:
    """Check so many pages at a time; give what was found in the order of the pages."""
    turn = asyncio.Semaphore(jobs)

    async def check(page: PlannedPage) -> list[Outcome]:
        async with turn:
            return await check_page(browser, url, page)

    checks = [asyncio.create_task(check(page)) for page in pages]
    try:
        for one in checks:
            yield await one
    finally:
        for one in checks:
            one.cancel()
        await asyncio.gather(*checks, return_exceptions=True)


async def _answers(url: str) -> None:
    """
    Find out whether a server answers at *url*.

    Raises:

        UsageError: There is none.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_SECONDS_TO_CONNECT):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except OSError:  # a TimeoutError is one too
        raise UsageError(
            f"no server answers at {url}; start site_server.py, or leave out --url"
        ) from None
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
