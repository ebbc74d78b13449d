"""One room, entered in three styles and from two browsers."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect

pytestmark = pytest.mark.browser

STYLES = ("functions", "class", "coroutine")


def window(page: Page, style: str) -> FrameLocator:
    """Return the window of one style."""
    return page.frame_locator(f"iframe[src='guest.html?{style}']")


async def test_what_one_says_all_hear(guide_url: str, browser: Browser) -> None:
    """Three windows in each of two browsers: every message is in all six, the newest first."""
    async with await browser.new_context() as one, await browser.new_context() as two:
        pages = [await one.new_page(), await two.new_page()]
        for page in pages:
            await page.goto(guide_url + "styles/styles.html")
            for style in STYLES:
                await expect(window(page, style).locator(".state")).to_have_text("open")

        for page in pages:
            for style in STYLES:
                frame = window(page, style)
                await frame.get_by_role("textbox").fill(f"<b>{style}</b>")
                await frame.get_by_role("textbox").press("Enter")
                for other in pages:
                    for name in STYLES:
                        newest = window(other, name).locator(".messages li").first
                        await expect(newest).to_contain_text(f": <b>{style}</b>")

        shown = [
            await window(page, style).locator(".messages li").all_text_contents()
            for page in pages
            for style in STYLES
        ]
        assert all(len(lines) == 6 for lines in shown)
        assert all(lines == shown[0] for lines in shown)
        assert len({line.partition(": ")[0].partition("] ")[2] for line in shown[0]}) == 6


async def test_one_who_leaves_is_missed_by_nobody(guide_url: str, browser: Browser) -> None:
    """Whichever style a guest has, the room goes on without it."""
    async with await browser.new_context() as context:
        leaving, staying = await context.new_page(), await context.new_page()
        await staying.goto(guide_url + "styles/styles.html")
        for style in STYLES:
            await leaving.goto(guide_url + f"styles/guest.html?{style}")
            await expect(leaving.locator(".state")).to_have_text("open")
            await leaving.goto("about:blank")

            frame = window(staying, style)
            await expect(frame.locator(".state")).to_have_text("open")
            await frame.get_by_role("textbox").fill(f"after {style}")
            await frame.get_by_role("textbox").press("Enter")
            for name in STYLES:
                newest = window(staying, name).locator(".messages li").first
                await expect(newest).to_contain_text(f"after {style}")


@pytest.mark.parametrize("address", ["styles/", "styles/styles.html", "coroutines/"])
async def test_the_pages_fit_a_small_phone(guide_url: str, page: Page, address: str) -> None:
    """At 320 px nothing scrolls sideways."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(guide_url + address)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
