"""The guide's page on rooms, as somebody uses it who talks there."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect


async def join(browser: Browser, url: str, name: str) -> Page:
    """Open it on the site at *url*, with a session of its own, and wait until it is connected."""
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{url}rooms/talk.html?name={name}")
    await expect(page.get_by_role("status")).to_have_text("Connected")
    return page


async def say(page: Page, message: str) -> None:
    """Type a message, and send it."""
    await page.get_by_role("textbox").fill(message)
    await page.keyboard.press("Enter")
