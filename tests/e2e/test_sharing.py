"""What readers have of a page's Markdown, and what browsers make of its head."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.async_api import Browser, Page, expect

from .conftest import ServeTree

pytestmark = pytest.mark.browser

URL = "https://docs.example.org/"
GUIDE: Mapping[str, str] = {
    "liveguide.yaml": f"url: {URL}\n",
    "README.md": "# Home\n",
    "chat/README.md": "# Chat\n\nText, [home](../README.md).\n\n```python file=bot.py\n```\n",
    "chat/bot.py": "def open(handler):\n    handler.write_message('ä <b>')\n",
}


async def test_a_button_copies_the_page_as_markdown(serve_tree: ServeTree, page: Page) -> None:
    """What is on the clipboard is what stands at the page's other address."""
    server = await serve_tree(GUIDE)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(server.url + "chat/")

    await page.get_by_role("button", name="Copy as Markdown").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()

    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await (await page.request.get(server.url + "chat/index.md")).text()
    assert "handler.write_message('ä <b>')" in copied


async def test_nothing_is_fetched_for_it_before_it_is_used(
    serve_tree: ServeTree, page: Page
) -> None:
    """A reader who does not copy pays nothing."""
    server = await serve_tree(GUIDE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(server.url + "chat/", wait_until="networkidle")

    assert not [url for url in asked if url.endswith((".md", "copy-page.js", ".ico", ".png"))]


async def test_the_button_works_with_the_keyboard_where_there_is_no_clipboard(
    serve_tree: ServeTree, page: Page
) -> None:
    """Without the permission, the older way is tried, and the button keeps the focus."""
    server = await serve_tree(GUIDE)
    await page.add_init_script("delete Navigator.prototype.clipboard")
    await page.goto(server.url + "chat/")
    button = page.get_by_role("button", name="Copy as Markdown")
    await button.focus()

    await page.keyboard.press("Enter")

    await expect(page.get_by_role("button", name="Copied")).to_be_focused()


async def test_without_scripts_a_link_leads_to_the_markdown(
    serve_tree: ServeTree, browser: Browser
) -> None:
    """There is no button that does nothing."""
    server = await serve_tree(GUIDE)
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(server.url + "chat/")

    await expect(page.get_by_role("button", name="Copy as Markdown")).to_have_count(0)
    href = await page.get_by_role("link", name="View as Markdown").get_attribute("href")
    response = await page.request.get(f"{server.url}chat/{href}")

    assert href == "index.md"
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    await context.close()


async def test_the_policy_stops_nothing_of_what_machines_are_told(
    serve_tree: ServeTree, page: Page
) -> None:
    """The breadcrumbs are data: no browser takes them for a script."""
    server = await serve_tree(GUIDE)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.log(e.violatedDirective))"
    )

    await page.goto(server.url + "chat/", wait_until="networkidle")

    data = page.locator("script[type='application/ld+json']")
    assert "BreadcrumbList" in (await data.text_content() or "")
    assert said == []


async def test_the_server_names_the_type_of_each_file(serve_tree: ServeTree, page: Page) -> None:
    """With `nosniff`, a wrong type would be a file that nobody can use."""
    server = await serve_tree(GUIDE)
    types = {
        "index.md": "text/markdown; charset=utf-8",
        "llms.txt": "text/plain; charset=utf-8",
        "robots.txt": "text/plain; charset=utf-8",
        "sitemap.xml": "application/xml; charset=utf-8",
        "favicon.ico": "image/x-icon",
        "apple-touch-icon.png": "image/png",
    }

    for name, kind in types.items():
        response = await page.request.get(server.url + name)
        assert (response.status, response.headers["content-type"]) == (200, kind), name
