"""Open one document in a browser as a reader does, and take note of what goes wrong in it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.async_api import Browser, ConsoleMessage, Page

_LISTEN = Path(__file__).with_name("listen.js").read_text(encoding="utf-8")
_SNIPPETS = "/_liveguide/snippets/"
_TO_OPEN = 20_000  # milliseconds
_TO_APPEAR = 10_000
_KEPT_ERRORS = 3


class Visit:
    """
    One document in a browser of its own reader.

    Attributes:

        page: The browser's page.

        faults: Uncaught errors, and what the security policy stopped; not those of snippets.

        errors: What was written to the console as errors.

        lost: The requests of its own site that failed, those of sockets included.
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
            return first_line(error)
        if response is not None and response.status >= 400:
            return f"{response.status} {responses.get(response.status, '')}".strip()
        return ""

    async def shows(self, text: str) -> bool:
        """Wait until a reader can see *text*, for ten seconds at most."""
        from playwright.async_api import Error

        words = re.compile(r"\s+".join(map(re.escape, text.split())))
        found = self.page.get_by_text(words).filter(visible=True).first
        try:
            await found.wait_for(timeout=_TO_APPEAR)
        except Error:
            return False
        return True

    async def text(self) -> list[str]:
        """Return the lines that a reader sees."""
        from playwright.async_api import Error

        try:
            text = await self.page.locator("body").inner_text(timeout=1000)
        except Error as error:
            return [first_line(error)]
        return [line.strip() for line in text.split("\n") if line.strip()] or ["an empty page"]

    @property
    def last_errors(self) -> list[str]:
        """The last few errors on the console, each once."""
        return list(dict.fromkeys(self.errors))[-_KEPT_ERRORS:]

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def _fault(self, fault: dict[str, str]) -> None:
        if _SNIPPETS in fault["origin"]:
            return  # told with the snippet
        told = fault["text"] + (f" ({fault['place']})" if fault["place"] else "")
        if told not in self.faults:  # a policy in a header and in the page tells twice
            self.faults.append(told)

    def _answered(self, url: str, status: int) -> None:
        if status >= 400:
            self._lost(url, str(status))

    def _lost(self, url: str, why: str) -> None:
        # A request is aborted when its page is left, or by the page itself.
        if same_host(url, self._site) and "ERR_ABORTED" not in why:
            self.lost.append(f"{url}: {why}")


@asynccontextmanager
async def visiting(browser: Browser, site: str) -> AsyncIterator[Visit]:
    """Give a fresh reader, who is on the site whose address is *site*."""
    context = await browser.new_context()
    try:
        visit = Visit(await context.new_page(), site)
        await visit.listen()
        yield visit
    finally:
        await context.close()


def first_line(error: Exception) -> str:
    """Return what went wrong, without the browser's own log."""
    return str(error).strip().split("\n")[0]


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
