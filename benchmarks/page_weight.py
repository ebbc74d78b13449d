"""What a browser loads to show a page and run its snippets, beside other documentation tools."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from playwright.async_api import Page, Response, async_playwright

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "guide"

# One page with 15 blocks of code and nothing live, as measured on the same guide (gzipped).
PEERS = {
    "Furo": (30.7, 8, 6.6),
    "Starlight": (63.6, 11, 32.6),
    "MkDocs": (247, 12, 27.7),
    "VitePress": (264, 11, 65.2),
    "mdBook": (337, 22, 81),
    "Material for MkDocs": (427, 5, 34.4),
}


async def _weigh(page: Page, url: str) -> tuple[float, int, float]:
    """Open a page, let its snippets run, and return its KB, its requests and its KB of scripts."""
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    await page.goto(url, wait_until="networkidle")
    sizes: dict[str, int] = defaultdict(int)
    for response in responses:
        kind = response.request.resource_type
        sizes[kind] += len(gzip.compress(await response.body(), 9))
    return sum(sizes.values()) / 1024, len(responses), sizes["script"] / 1024


async def _measure(base: str) -> None:
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        print(f"{'page':36} {'KB':>7} {'requests':>9} {'KB of scripts':>14}")
        for address in ("websockethandler/", "authoring/", "", "authoring/settings.html"):
            context = await browser.new_context(viewport={"width": 412, "height": 823})
            weight = await _weigh(await context.new_page(), base + address)
            print("{:36} {:7.1f} {:9} {:14.1f}".format("/" + address, *weight))
            await context.close()
        await browser.close()
    print("others, nothing live on the page")
    for name, weight in PEERS.items():
        print("{:36} {:7.1f} {:9} {:14.1f}".format(name, *weight))


def main() -> None:
    """Build and serve this project's own guide, and weigh its pages."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "site_server.py", "--port", "0", "--site", f"{folder}/site"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            line = next(line for line in server.stdout if line.startswith("Serving "))
            try:
                asyncio.run(_measure(line.split()[1]))
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
