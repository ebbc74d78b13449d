"""Reconnection, as the protocol's page shows it: the server drops the reader's own connection."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("button", ["Restart", "Drop"])
async def test_a_connection_that_is_lost_comes_back(
    guide_url: str, page: Page, button: str
) -> None:
    """With a close that says so, and without any."""
    await page.add_init_script("Math.random = () => 0.02")  # after 1012, it waits up to 12 s
    await page.goto(guide_url + "protocol/reconnect.html")
    notes = page.locator(".messages li")
    await expect(notes.last).to_contain_text("Connected")

    await page.get_by_role("button", name=button).click()

    await expect(notes.filter(has_text="Connection lost, trying again in")).to_have_count(1)
    await expect(notes.filter(has_text="Connected")).to_have_count(2)
    await expect(page.locator("output")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))


async def test_a_page_that_is_told_to_stay_away_does(guide_url: str, page: Page) -> None:
    """After 1008 it says why, and nothing can be sent any more."""
    await page.goto(guide_url + "protocol/reconnect.html")
    await page.get_by_role("button", name="Forbid").click()

    await expect(page.locator(".state")).to_have_text("Closed for good, please stay away")
    for button in await page.get_by_role("button").all():
        await expect(button).to_be_disabled()


async def test_the_keyboard_keeps_its_place(guide_url: str, page: Page) -> None:
    """The button that was pressed can be pressed again when the connection is back."""
    await page.goto(guide_url + "protocol/reconnect.html")
    connected = page.locator(".messages li").filter(has_text="Connected")
    await expect(connected).to_have_count(1)
    await page.get_by_role("button", name="Drop").focus()

    for times in (2, 3):
        await page.keyboard.press("Enter")
        await expect(connected).to_have_count(times)


async def test_nobody_else_notices(guide_url: str, browser: Browser) -> None:
    """The buttons end one reader's connection."""
    async with await browser.new_context() as one, await browser.new_context() as two:
        first, second = await one.new_page(), await two.new_page()
        for page in (first, second):
            await page.goto(guide_url + "protocol/reconnect.html")
            await expect(page.locator(".state")).to_have_text("Connected")

        await first.get_by_role("button", name="Drop").click()
        await expect(first.locator(".messages li").filter(has_text="Connected")).to_have_count(2)

        await expect(second.locator(".messages li")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_demo_fits_a_small_phone(guide_url: str, page: Page, scheme: str) -> None:
    """At 320 px nothing scrolls sideways."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.set_viewport_size({"width": 320, "height": 640})
    for address in ("protocol/", "protocol/reconnect.html"):
        await page.goto(guide_url + address)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320
