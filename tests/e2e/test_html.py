"""Every page and stylesheet of the built guide, by the Nu Html Checker."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.audit import nu
from benchmarks.audit.tools import ToolMissing

from .conftest import ServeTree

pytestmark = pytest.mark.browser


async def _complaints(what: Iterable[str | Path], *options: str) -> list[str]:
    """Return what the checker says, or skip where it is not installed."""
    try:
        return await nu.complaints(what, *options)
    except ToolMissing as missing:
        pytest.skip(str(missing))


def _files(site: Path, ending: str) -> list[str]:
    """Return the addresses of the built files with this ending, relative to the site's."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob(f"*.{ending}"))


async def test_every_page_is_valid_html(guide_url: str, guide_site: Path) -> None:
    """Pages, source views, demos and the page that is not there: no error and no warning."""
    pages = _files(guide_site, "html")
    assert len(pages) > 40

    found = await _complaints(guide_url + page for page in pages)

    assert found == []


async def test_every_stylesheet_is_valid_css(guide_site: Path) -> None:
    """What the pages link, as the build has written it."""
    sheets = _files(guide_site, "css")
    assert sheets

    assert await _complaints((guide_site / sheet for sheet in sheets), "--css") == []


async def test_the_checker_hears_a_fault(serve_tree: ServeTree) -> None:
    """A demo with a fault is named with its line: silence elsewhere means something."""
    page = "<!doctype html>\n<html lang=en><title>Demo</title>\n<p>One<p></div>\n"
    server = await serve_tree({"README.md": "# Page\n", "demo.html": page})

    found = await _complaints([server.url + "demo.html"])

    assert any("demo.html:3: error: Stray end tag “div”" in line for line in found), found
