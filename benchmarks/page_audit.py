"""The guide's pages: weight, Lighthouse, axe. The guide's page on speed has them beside others."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from audit import axe
from audit.lighthouse import CATEGORIES, DEVICES, Lighthouse, Verdict, running
from audit.tools import chromium
from audit.weight import Weight, settled, weigh
from playwright.async_api import Browser, async_playwright
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent

_COLUMNS = ("page", "KB", "requests", "KB JS", "Lighthouse", "LCP ms", "TBT ms", "CLS", "axe")
_ROW = "{:36} {:>6} {:>8} {:>6} {:>16} {:>7} {:>7} {:>5} {:>5}"

LIVE, STILL = "websockethandler/", "authoring/settings.html"
PAGES = ("", LIVE, "authoring/", STILL)


async def _broken(browser: Browser, url: str) -> list[str]:
    """Return what axe finds in either theme: each rule with an element that breaks it."""
    found: list[str] = []
    for theme in ("light", "dark"):
        context = await browser.new_context(color_scheme=theme, reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(url)
        await settled(page)
        found += await axe.violations(page)
        await context.close()
    return found


def _rules(found: list[str]) -> int:
    return len({text.partition(":")[0] for text in found})


def _figures(verdict: Verdict) -> tuple[str, ...]:
    scores = "/".join(str(verdict.scores[name]) for name in CATEGORIES)
    return scores, f"{verdict.lcp:.0f}", f"{verdict.tbt:.0f}", f"{verdict.cls:.2g}"


class Audited(NamedTuple):
    """What was found of one page."""

    weight: Weight
    broken: list[str]
    verdicts: dict[str, Verdict]


async def _audited(browser: Browser, lighthouse: Lighthouse, base: str, path: str) -> Audited:
    """Print a page's line for the phone, one for the desktop, and what costs it points."""
    weight = await weigh(browser, base + path)
    figures = (f"{weight.kilobytes:.1f}", weight.requests, f"{weight.kilobytes_of_scripts:.1f}")
    found = await _broken(browser, base + path)
    verdicts = {device: await lighthouse.best(base + path, device) for device in DEVICES}
    for device, verdict in verdicts.items():
        if device == "phone":
            broken = f"{_rules(found)}/{len(found)}"
            print(_ROW.format(f"/{path}", *figures, *_figures(verdict), broken), flush=True)
        else:
            print(_ROW.format("  on a desktop", "", "", "", *_figures(verdict), ""), flush=True)
        for fault in verdict.faults:
            print(f"    {fault}")
    return Audited(weight, found, verdicts)


async def _audit(base: str, paths: list[str]) -> dict[str, Audited]:
    print(_ROW.format(*_COLUMNS))
    async with async_playwright() as playwright, running() as lighthouse:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"]
        )
        pages = {path: await _audited(browser, lighthouse, base, path) for path in paths}
        await browser.close()
    return pages


def _tell(pages: dict[str, Audited], site: Path) -> None:
    """Tell the weight of two pages, and the worst that was found of any."""
    weight = pages[LIVE].weight
    tell("weight", weight.kilobytes)
    tell("requests", weight.requests)
    tell("scripts", weight.kilobytes_of_scripts)
    tell("still scripts", pages[STILL].weight.kilobytes_of_scripts)
    index = [file.read_bytes() for file in site.glob("_liveguide/search*.json")]
    tell("index", sum(len(gzip.compress(text, 9)) for text in index) / 1024)
    verdicts = [verdict for page in pages.values() for verdict in page.verdicts.values()]
    phones = [page.verdicts["phone"] for page in pages.values()]
    tell("score", min(score for verdict in verdicts for score in verdict.scores.values()))
    tell("paint", max(verdict.lcp for verdict in phones) / 1000)
    tell("blocked", max(verdict.tbt for verdict in phones))
    tell("shift", max(verdict.cls for verdict in verdicts))
    tell("axe", _rules([text for page in pages.values() for text in page.broken]))


@contextmanager
def _serving(site: Path) -> Iterator[str]:
    """Build this project's own guide into *site*, serve it, and give its address."""
    command = [sys.executable, "site_server.py", "--port", "0", "--site", str(site)]
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
    """Audit the pages that are named, such as `tornado/`; or a choice, and tell its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", nargs="*", help="a page's path on the site")
    parser.add_argument("--url", help="a site that is served already, with a slash at the end")
    options = parser.parse_args()
    pages = options.page or list(PAGES)
    if options.url:
        asyncio.run(_audit(options.url, pages))
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        with _serving(site) as base:
            audited = asyncio.run(_audit(base, pages))
        if not options.page:
            _tell(audited, site)


if __name__ == "__main__":
    main()
