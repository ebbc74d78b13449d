"""Tornado's page: what its own expectations can't show."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.browser


async def test_the_server_pane_shows_what_the_class_prints(page: Page, guide_url: str) -> None:
    """The echo's methods, with class, file and line, when the snippet has run on load."""
    await page.goto(f"{guide_url}tornado/")
    echo = page.locator("live-snippet").first

    await expect(echo.locator("live-console")).to_contain_text("You said: Hello, world")
    await expect(echo.locator("live-server .live-line").first).to_contain_text("WebSocket opened")
    await expect(echo.locator("live-server .live-line").first).to_contain_text("echo.py:8")


async def test_a_missing_on_message_is_named_on_both_ends(page: Page, guide_url: str) -> None:
    """Wire shows the close with 1011, Server the class and the method."""
    await page.goto(f"{guide_url}tornado/")
    mute = page.locator("live-snippet").filter(has_text="Listen!")

    await expect(mute.locator("live-wire")).to_contain_text("1011")
    await expect(mute.locator("live-server")).to_contain_text("Mute.on_message")


async def test_the_page_fits_a_phone(page: Page, guide_url: str) -> None:
    """At 360 pixels nothing but code and tables scrolls sideways."""
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.goto(f"{guide_url}tornado/")

    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
