"""What a phone loads to show a page, before its reader does anything."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass

from playwright.async_api import Browser, Page, Response, expect

PHONE = {"width": 412, "height": 823}
_AT_WORK = re.compile("^(running|connecting)$")
_MILLISECONDS = 20_000


@dataclass(frozen=True)
class Weight:
    """
    The weight of a page.

    Attributes:

        sizes: By address, the bytes of what was loaded, each compressed by gzip at its best.

        scripts: The addresses of those that are scripts.
    """

    sizes: dict[str, int]
    scripts: frozenset[str]

    @property
    def kilobytes(self) -> float:
        """All of it."""
        return sum(self.sizes.values()) / 1024

    @property
    def kilobytes_of_scripts(self) -> float:
        """The scripts among it."""
        return sum(self.sizes[url] for url in self.scripts) / 1024

    @property
    def requests(self) -> int:
        """How often the browser asked, WebSockets not counted."""
        return len(self.sizes)

    def __str__(self) -> str:
        """Return a line for each file, the heaviest first."""
        heaviest = sorted(self.sizes.items(), key=lambda item: -item[1])
        return "\n".join(f"{size / 1024:6.1f} KB {url}" for url, size in heaviest)


async def settled(page: Page) -> None:
    """Wait until the snippets that run by themselves have come to something."""
    snippets = await page.locator("live-snippet").all()
    for snippet in snippets:
        await expect(snippet).not_to_have_attribute("data-state", _AT_WORK, timeout=_MILLISECONDS)
    if snippets:
        await expect(page.locator("html")).to_have_attribute("data-live", "yes")


async def weigh(browser: Browser, url: str) -> Weight:
    """Open a page as a reader who has seen nothing of the site, and let its snippets run."""
    context = await browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)
    page = await context.new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    await page.goto(url, wait_until="load")
    await settled(page)
    await page.wait_for_load_state("networkidle")
    sizes: dict[str, int] = {}
    for response in responses:
        body = await response.body()
        sizes[response.url] = min(len(body), len(gzip.compress(body, 9)))
    await context.close()
    scripts = {r.url for r in responses if r.request.resource_type == "script"}
    return Weight(sizes, frozenset(scripts))
