"""Open one page of a guide as a reader does, and see what becomes of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from .plan import PlannedExample, PlannedPage
from .report import Outcome
from .verdict import judge

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page

_LISTEN = Path(__file__).with_name("listen.js").read_text(encoding="utf-8")
_WATCH = Path(__file__).with_name("watch.js").read_text(encoding="utf-8")
_SNIPPETS = "/_liveguide/snippets/"
_TO_OPEN = 20_000
_TO_END = 20_000
_TO_APPEAR = 10_000
_TO_SETTLE = 1_000
_KEPT_ERRORS = 5


class _Visit:
    """
    One document in a browser of its own reader.

    Attributes:

        page: The browser's page.

        faults: Uncaught errors, and what the security policy stopped; not those of snippets.

        errors: What it wrote to the console as errors.

        lost: The requests of its own site that failed.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.errors: list[str] = []
        self.lost: list[str] = []
        self._site = site

    async def listen(self) -> None:
        """Begin to take note of what goes wrong."""
        page = self.page
        await page.expose_binding("liveguideFault", lambda _, fault: self._fault(fault))
        await page.add_init_script(_LISTEN)
        page.on("console", self._said)
        page.on("response", lambda found: self._answered(found.url, found.status))
        page.on("requestfailed", lambda lost: self._lost(lost.url, lost.failure or "failed"))
        page.on(
            "websocket",
            lambda opened: opened.on("socketerror", lambda why: self._lost(opened.url, why)),
        )

    async def open(self, url: str) -> str:
        """Open *url*; return why it can't be, or an empty string."""
        from playwright.async_api import Error

        try:
            response = await self.page.goto(url, timeout=_TO_OPEN)
        except Error as error:
            return error.message.strip().split("\n")[0]
        if response is not None and response.status >= 400:
            return f"{response.status} {responses.get(response.status, '')}".strip()
        return ""

    @property
    def last_errors(self) -> list[str]:
        """The last few errors on the console."""
        return self.errors[-_KEPT_ERRORS:]

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def _fault(self, fault: dict[str, str]) -> None:
        # A snippet's own are told with the snippet.
        if _SNIPPETS not in fault["origin"]:
            place = f" ({fault['place']})" if fault["place"] else ""
            self.faults.append(fault["text"] + place)

    def _answered(self, url: str, status: int) -> None:
        if status >= 400:
            self._lost(url, str(status))

    def _lost(self, url: str, why: str) -> None:
        # A request is aborted when its page is left, or by the page itself.
        if same_host(url, self._site) and "ERR_ABORTED" not in why:
            self.lost.append(f"{url}: {why}")


async def check_page(browser: Browser, site: str, planned: PlannedPage) -> list[Outcome]:
    """
    Open a page and each of its examples; return what became of them, in page order.

    Args:

        browser: The browser.

        site: The address of the site, with a slash at the end.

        planned: The page, and what there is to check on it.
    """
    from playwright.async_api import Error

    url = urljoin(site, planned.url)
    outcomes = []
    async with _visit(browser, site) as visit:
        refused = await visit.open(url)
        if refused:
            return [_page_failed(planned, [f"the page at {url}"], [refused], visit)]
        try:
            async with asyncio.timeout((_TO_END + _TO_OPEN) / 1000):
                outcomes += await _snippets(visit, planned)
        except TimeoutError:
            seen = ["a script keeps it busy"]
            outcomes.append(_page_failed(planned, ["a page that answers"], seen, visit))
        except Error as error:
            seen = [error.message.strip().split("\n")[0]]
            outcomes.append(_page_failed(planned, ["a page that stays open"], seen, visit))
        if visit.faults:
            expected = ["no uncaught error, and nothing that the security policy stops"]
            outcomes.insert(0, _page_failed(planned, expected, visit.faults, visit))
    for example in planned.examples:
        outcomes.append(await _example(browser, site, planned, example))
    return outcomes


async def _snippets(visit: _Visit, planned: PlannedPage) -> list[Outcome]:
    """Return what became of the snippets, which run by themselves."""
    asked: dict[str, Any] = {
        "snippets": [{"line": s.line, "stated": bool(s.stated)} for s in planned.snippets],
        "settle": _TO_SETTLE,
        "limit": _TO_END,
    }
    found = await visit.page.evaluate(_WATCH, asked)
    outcomes = []
    for snippet, seen in zip(planned.snippets, found, strict=True):
        outcome = judge(planned.path, snippet, seen)
        if not outcome.ok and visit.errors:
            outcome.findings["console"] = visit.last_errors
        outcomes.append(outcome)
    return outcomes


async def _example(
    browser: Browser, site: str, planned: PlannedPage, example: PlannedExample
) -> Outcome:
    """Return what became of an example's demo, in a page of its own."""
    url = urljoin(urljoin(site, planned.url), example.href)
    name = f'example "{example.name}"'
    if not same_host(url, site):
        told = f"{name} is on another site, and was not opened"
        return Outcome("example", planned.path, example.line, True, told)
    expected, seen = [], []
    async with _visit(browser, site) as visit:
        refused = await visit.open(url)
        if refused:
            expected, seen = [f"a demo at {url}"], [refused]
        elif example.expected and not await _appears(visit.page, example.expected):
            expected, seen = [example.expected], await _text(visit.page)
        elif not example.expected:
            await asyncio.sleep(_TO_SETTLE / 1000)
        if not expected and visit.faults:
            expected, seen = ["no uncaught error"], visit.faults
        if not expected and visit.lost:
            expected, seen = ["an answer to every request"], visit.lost
        if not expected:
            told = f'{name} showed "{example.expected}"' if example.expected else f"{name} opened"
            return Outcome("example", planned.path, example.line, True, told)
        findings = {"expected": expected, "seen": seen}
        for label, lines in (("errors", visit.faults), ("console", visit.last_errors)):
            if lines and lines != seen:
                findings[label] = lines
        return Outcome("example", planned.path, example.line, False, name, findings)


def _page_failed(
    planned: PlannedPage, expected: list[str], seen: list[str], visit: _Visit
) -> Outcome:
    findings = {"expected": expected, "seen": seen}
    if visit.errors:
        findings["console"] = visit.last_errors
    return Outcome("page", planned.path, 0, False, "", findings)


@asynccontextmanager
async def _visit(browser: Browser, site: str) -> AsyncIterator[_Visit]:
    context = await browser.new_context()
    try:
        visit = _Visit(await context.new_page(), site)
        await visit.listen()
        yield visit
    finally:
        await context.close()


async def _appears(page: Page, text: str) -> bool:
    """Wait until a reader can see *text* on the page, for a while."""
    from playwright.async_api import Error

    words = re.compile(r"\s+".join(map(re.escape, text.split())))
    try:
        await page.get_by_text(words).filter(visible=True).first.wait_for(timeout=_TO_APPEAR)
    except Error:
        return False
    return True


async def _text(page: Page) -> list[str]:
    """Return what a reader sees of a page."""
    from playwright.async_api import Error

    try:
        text = await page.locator("body").inner_text(timeout=1000)
    except Error:
        return ["nothing"]
    return [line.strip() for line in text.split("\n") if line.strip()] or ["an empty page"]


def same_host(url: str, site: str) -> bool:
    """Return whether *url*, of a document or a socket, is on the host and port of *site*."""
    try:
        one, other = urlsplit(url), urlsplit(site)
        return (one.hostname, _port(one.scheme, one.port)) == (
            other.hostname,
            _port(other.scheme, other.port),
        )
    except ValueError:
        return False


def _port(scheme: str, port: int | None) -> int | None:
    return port or {"http": 80, "ws": 80, "https": 443, "wss": 443}.get(scheme)
