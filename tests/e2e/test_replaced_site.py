"""A page that is open while its site is replaced by one with another front end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from liveguide.builder.site import build_site

from .conftest import ServeTree

pytestmark = pytest.mark.browser


async def test_an_open_page_finds_what_it_loads_later(
    serve_tree: ServeTree, page: Page, tmp_path: Path
) -> None:
    """Its search opens and finds, though the folder it knows is gone."""
    server = await serve_tree({"README.md": "# Home\n", "whales.md": "# Whales\n\nThey sing.\n"})
    await page.goto(server.url)
    await expect(page.locator("html")).to_have_attribute("data-ready", "")
    loaded = await page.locator("script[data-script]").evaluate("({ src }) => src")
    theme = tmp_path / "guide/_theme"
    theme.mkdir()
    (theme / "styles.css").write_text("a { color: #036 }")
    report = build_site(tmp_path / "guide", tmp_path / "site")

    assert report.written, report.problems
    assert not (tmp_path / "site" / loaded.removeprefix(server.url)).exists()
    await page.keyboard.press("/")
    await expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    await page.keyboard.type("sing")
    await expect(page.get_by_role("option").first).to_contain_text("Whales")
