"""The guide's first steps, followed in an empty folder with nothing but the wheel."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from installing import ROOT, clean_environment, lend_packages
from playwright.async_api import Page, expect
from walking import Reader, sections

pytestmark = pytest.mark.browser


async def test_five_minutes_from_an_empty_folder_to_a_published_page(
    wheel: Path, tmp_path: Path, page: Page
) -> None:
    """Every command and file of the page, in its order; the browser shows what it says."""
    shutil.copy(wheel, tmp_path)
    reader = Reader(tmp_path, clean_environment(Path(sys.executable).parent))
    steps = sections((ROOT / "guide/authoring/start.md").read_text())
    assert list(steps) == [
        "Install",
        "Make a page",
        "Change it",
        "Check it",
        "Publish it",
        "Where to go on",
    ]
    try:
        await reader.follow(steps["Install"][:1])
        lend_packages(tmp_path / ".venv")  # what pip would get from its index
        await reader.follow(steps["Install"][1:])

        await reader.follow(steps["Make a page"])
        await page.goto(reader.url + "hello/")
        console = page.locator("live-console").first
        await expect(console).to_contain_text("Hello, world!")

        await reader.follow(steps["Change it"])
        await expect(console).to_contain_text("Good morning, world!")

        await reader.follow(steps["Check it"])
        await page.goto(reader.url + "hello/")
        await expect(page.get_by_text("The server is polite in the morning")).to_be_visible()

        await reader.follow(steps["Publish it"])
        await page.goto(reader.url + "hello/")
        await expect(console).to_contain_text("Good morning, world!")
        await expect(page.locator("header").first).to_contain_text("My guide")
    finally:
        await reader.stop()
