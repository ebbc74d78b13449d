"""What a page shows of other hosts, in a browser that holds it to its policy."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser

ADDRESSES = [
    "https://img.example/Foo_(bar).png",
    "https://img.example/Straße!,=*;'$&.png",
    "https://img.example/100%25%20b.png?size=1",
    "https://bücher.straße.example:81/a.png",
    "//img.example/relative.png",
]
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'


async def test_a_page_shows_each_picture_that_its_author_named(
    page: Page, serve_tree: ServeTree
) -> None:
    """However its address is spelled, the policy names it as the browser does."""
    pictures = [f'<img src="{address}" alt="" loading="eager">' for address in ADDRESSES]
    pictures.append('<img srcset="https://c.example/w_1,h_2/x.png 2x" alt="" loading="eager">')
    server = await serve_tree({"README.md": "# Pictures\n\n" + "\n".join(pictures) + "\n"})

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="image/svg+xml", body=DRAWING)

    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text))
    await page.route(lambda url: ".example" in url, answer)
    await page.goto(server.url, wait_until="load")

    assert blocked == []
    shown = page.locator("main img")
    await expect(shown).to_have_count(len(pictures))
    widths = await shown.evaluate_all("all => all.map((picture) => picture.naturalWidth > 0)")
    assert widths == [True] * len(pictures)
