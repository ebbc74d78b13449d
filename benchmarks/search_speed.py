"""
How fast the search of a large site answers in Chromium.

    python benchmarks/search_speed.py [PAGES]

Prints the size of the index, the time until it is made, and the time from a key to the results
being laid out, for each key of some queries. A site of words that nearly every section has is the
worst case; the pages that `corpus.py` makes are such.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import statistics
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from corpus import make_corpus
from playwright.async_api import Page, async_playwright
from speed.results import tell

from liveguide.builder.site import build_site

QUERIES = (
    "write_message",
    "close code",
    "handler.write_message",
    "sesion cokie",
    "section 4 of 17",
)

_TYPE = """async (query) => {
    const field = document.querySelector('.search-field')
    const times = []
    for (let length = 1; length <= query.length; length++) {
        await new Promise((done) => setTimeout(done, 20))
        const start = performance.now()
        field.value = query.slice(0, length)
        field.dispatchEvent(new Event('input'))
        document.querySelector('.search-list').getBoundingClientRect()
        times.push(performance.now() - start)
    }
    return times
}"""

_READY = """async () => {
    const start = performance.now()
    let longest = 0, last = start
    const beat = () => {
        const now = performance.now()
        longest = Math.max(longest, now - last)
        last = now
        timer = setTimeout(beat)
    }
    let timer = setTimeout(beat)
    document.querySelector('.search-trigger').click()
    const note = () => document.querySelector('.search-note')?.textContent ?? ''
    while (!/ \\d+ pages/.test(note())) await new Promise((done) => setTimeout(done, 5))
    clearTimeout(timer)
    return [performance.now() - start, longest]
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def _measure(page: Page, address: str) -> None:
    await page.goto(address)
    await page.wait_for_selector("html[data-ready]")  # the search's button does nothing before
    ready, longest = await page.evaluate(_READY)
    print(f"the page is busy for {longest:.0f} ms at most while the index is made")
    tell("searchable", ready)
    every = []
    for query in QUERIES:
        times = await page.evaluate(_TYPE, query)
        every += times
        print(f"{query:28} {statistics.median(times):7.1f} ms a key, {max(times):.1f} at most")
    tell("key", every)


async def main(pages: int) -> None:
    """Build the site, measure its index, and type."""
    with tempfile.TemporaryDirectory() as folder:
        guide, site = Path(folder) / "guide", Path(folder) / "site"
        make_corpus(guide, pages)
        report = build_site(guide, site)
        if not report.written:
            sys.exit("\n".join(map(str, report.problems[:5])))
        files = sorted((site / "_liveguide").glob("search*.json"))
        packed = [len(gzip.compress(file.read_bytes(), 9)) for file in files]
        print(f"{pages} pages, index in {len(files)} files")
        kilobytes = [size / 1000 for size in packed]
        print(f"index, compressed            {sum(kilobytes):7.0f} KB, first {kilobytes[0]:.0f}")
        handler = partial(_Quiet, directory=site)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            async with async_playwright() as playwright:
                path = shutil.which("chromium") or shutil.which("google-chrome")
                browser = await playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox", "--disable-gpu"]
                )
                page = await browser.new_page()
                await _measure(page, f"http://127.0.0.1:{server.server_port}/section000/")
                await browser.close()
            server.shutdown()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1700))
