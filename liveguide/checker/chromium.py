"""Find and start the browser. Playwright is optional, so it is imported when it is needed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from playwright.async_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]


@asynccontextmanager
async def chromium(path: Path | None) -> AsyncIterator[Browser]:
    """
    Run Chromium, without a window.

    Args:

        path: Its program; by default the system's, or else the one that Playwright has installed.

    Raises:

        UsageError: There is no Playwright or no Chromium, or it does not start.
    """
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        raise UsageError(
            "the check drives a browser by Playwright, which is not installed; "
            "run: pip install playwright"
        ) from None
    found = _program(path)
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=found, args=_FLAGS)
        except Error as error:
            if found is None:
                hint = "install one (on Debian: apt install chromium), or name it with --browser"
                raise UsageError(f"there is no Chromium; {hint}") from None
            reason = error.message.strip().split("\n")[0]
            raise UsageError(
                f"the browser {found} does not start ({reason}); name another with --browser"
            ) from None
        try:
            yield browser
        finally:
            await browser.close()


def _program(path: Path | None) -> str | None:
    """Return the program of the browser, or `None` for Playwright's own."""
    if path is None:
        return next(filter(None, map(shutil.which, _NAMES)), None)
    if not path.is_file():
        raise UsageError(f"there is no browser at {path}; name its program with --browser")
    return str(path)
