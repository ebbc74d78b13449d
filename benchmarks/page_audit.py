"""The guide's pages beside those of other documentation tools: weight, Lighthouse, axe."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit import axe
from audit.lighthouse import CATEGORIES, DEVICES, Lighthouse, Verdict, running
from audit.tools import chromium
from audit.weight import settled, weigh
from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("", "websockethandler/", "authoring/", "authoring/settings.html", "tornado/")

_COLUMNS = ("page", "KB", "requests", "KB JS", "Lighthouse", "LCP ms", "TBT ms", "CLS", "axe")
_ROW = "{:36} {:>6} {:>8} {:>6} {:>16} {:>7} {:>7} {:>5} {:>5}"

# One page with 15 blocks of code and nothing live, measured on the same guide on a phone; axe as
# rules broken / elements. They lost points of SEO and best practices for a description and an icon
# that the guide's authors would add.
_PEERS = (
    ("Furo", "30.7", "8", "6.6", "100/100/96/90", "1086", "1", "", "3/16"),
    ("Starlight", "63.6", "11", "32.6", "100/100/96/91", "1289", "56", "", "1/1"),
    ("MkDocs", "247", "12", "27.7", "95/96/100/91", "2409", "0", "", "4/35"),
    ("VitePress", "264", "11", "65.2", "85/95/96/100", "2253", "489", "", "2/71"),
    ("mdBook", "337", "22", "81", "86/88/81/90", "3266", "43", "", "5/19"),
    ("Material for MkDocs", "427", "5", "34.4", "99/89/100/91", "1500", "80", "", "5/38"),
    ("Zensical", "453", "5", "56.4", "95/96/100/91", "1413", "253", "", "2/72"),
)


async def _broken(browser: Browser, url: str) -> str:
    """Return how many rules of axe a page breaks in either theme, and in how many elements."""
    found: list[str] = []
    for theme in ("light", "dark"):
        context = await browser.new_context(color_scheme=theme, reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(url)
        await settled(page)
        found += await axe.violations(page)
        await context.close()
    return f"{len({text.partition(':')[0] for text in found})}/{len(found)}"


def _figures(verdict: Verdict) -> tuple[str, ...]:
    scores = "/".join(str(verdict.scores[name]) for name in CATEGORIES)
    return scores, f"{verdict.lcp:.0f}", f"{verdict.tbt:.0f}", f"{verdict.cls:.2g}"


async def _row(browser: Browser, lighthouse: Lighthouse, base: str, path: str) -> None:
    """Print a page's line for the phone, one for the desktop, and what costs it points."""
    weight = await weigh(browser, base + path)
    figures = (f"{weight.kilobytes:.1f}", weight.requests, f"{weight.kilobytes_of_scripts:.1f}")
    broken = await _broken(browser, base + path)
    for device in DEVICES:
        verdict = await lighthouse.best(base + path, device)
        if device == "phone":
            print(_ROW.format(f"/{path}", *figures, *_figures(verdict), broken), flush=True)
        else:
            print(_ROW.format("  on a desktop", "", "", "", *_figures(verdict), ""), flush=True)
        for fault in verdict.faults:
            print(f"    {fault}")


async def _audit(base: str, pages: list[str]) -> None:
    print(_ROW.format(*_COLUMNS))
    async with async_playwright() as playwright, running() as lighthouse:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        for path in pages:
            await _row(browser, lighthouse, base, path)
        await browser.close()
    for peer in _PEERS:
        print(_ROW.format(*peer))


@contextmanager
def _serving() -> Iterator[str]:
    """Build and serve this project's own guide, and give its address."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "site_server.py", "--port", "0", "--site", f"{folder}/site"]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            assert server.stdout is not None
            line = next(line for line in server.stdout if line.startswith("Serving "))
            try:
                yield line.split()[1]
            finally:
                server.terminate()


def main() -> None:
    """Audit the pages that are named, such as `tornado/`, or a choice of the guide's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", nargs="*", default=list(PAGES), help="a page's path on the site")
    parser.add_argument("--url", help="a site that is served already, with a slash at the end")
    options = parser.parse_args()
    if options.url:
        asyncio.run(_audit(options.url, options.page))
        return
    with _serving() as base:
        asyncio.run(_audit(base, options.page))


if __name__ == "__main__":
    main()
