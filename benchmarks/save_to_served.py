"""
Measure the time from saving a page to the server serving it, while it watches.

    python benchmarks/save_to_served.py [PAGES] [ROUNDS]

Writes one page of a generated guide, asks the server again and again until it
answers with the new words, and tells the median of the rounds.
Beside it stands a floor: what the same page takes to be converted by bare
Python-Markdown, without a watcher, a template or a site.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import markdown
from corpus import make_corpus
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent
PAGE = "section003/page00065"
_EXTENSIONS = ["fenced_code", "codehilite", "tables", "toc", "attr_list", "admonition"]


def main(pages: int, rounds: int) -> None:
    """Print the figures for a guide of *pages* pages."""
    with tempfile.TemporaryDirectory() as folder:
        guide, site = Path(folder, "guide"), Path(folder, "site")
        make_corpus(guide, pages)
        page = guide / f"{PAGE}.md"
        source = page.read_text()
        command = [sys.executable, ROOT / "site_server.py", guide, "--site", site, "--watch"]
        server = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            address = server.stdout.readline().split()[1]
            server.stdout.readline()  # the first build
            served = [_round(page, source, address, number) for number in range(rounds)]
        finally:
            server.terminate()
            server.wait()
        floor = [_seconds_to_convert(source) for _ in range(rounds)]
    print(f"{pages} pages, {rounds} rounds")
    tell("saved", _milliseconds(served), {"bare conversion of the page": _milliseconds(floor)})


def _round(page: Path, source: str, address: str, number: int) -> float:
    """Return the seconds from saving a page with a word of its own to that word being served."""
    word = f"saved-in-round-{number}"
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    started = time.perf_counter()
    page.write_text(f"{source}\n{word}\n")
    while True:
        connection.request("GET", f"/{PAGE}.html")
        if word.encode() in connection.getresponse().read():
            break
        time.sleep(0.001)  # or asking would take the processor from the build
    seconds = time.perf_counter() - started
    time.sleep(0.2)  # the old site is removed, and nothing is left to do
    return seconds


def _seconds_to_convert(source: str) -> float:
    started = time.perf_counter()
    markdown.markdown(source, extensions=_EXTENSIONS)
    return time.perf_counter() - started


def _milliseconds(seconds: list[float]) -> list[float]:
    return [each * 1000 for each in seconds]


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers + [170, 20][len(numbers) :]))
