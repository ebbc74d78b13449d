"""A page that is open while its server is away, and when it is back."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser

FILES = {"README.md": "# Home\n\n```js run=always\nconsole.log('here')\n```\n"}


async def test_a_snippet_whose_server_is_away_says_so(serve_tree: ServeTree, page: Page) -> None:
    """Its console asks whether the server runs, and once that does the snippet does, too."""
    server = await serve_tree(FILES)
    await page.goto(server.url)
    await expect(page.locator(".live-line")).to_have_text("here")
    await server.kill()
    await page.get_by_role("button", name="Run").click()
    line = page.locator(".live-line.error")
    await expect(line).to_have_text("The server does not send this code. Is it running?")
    await server.start(urlsplit(server.url).port or 0)
    await page.get_by_role("button", name="Run").click()

    await expect(page.locator(".live-line")).to_have_text("here")


async def test_a_button_whose_server_is_away_says_so(serve_tree: ServeTree, page: Page) -> None:
    """What it does is loaded when it is pressed; until that comes, it shows that nothing did."""
    server = await serve_tree(FILES)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(server.url)
    await expect(page.locator(".live-line")).to_have_text("here")
    await server.kill()
    button = page.get_by_role("button", name="Copy", exact=True)
    await button.click()
    await expect(page.get_by_role("button", name="No answer")).to_be_visible()
    await expect(button).to_be_visible()
    await server.start(urlsplit(server.url).port or 0)
    await button.click()

    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
