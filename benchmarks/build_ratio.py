"""
Builds against their floors and a peer: all pages, one page changed, nothing changed.

    python benchmarks/build_ratio.py [PAGES] [RUNS]

Whole processes, in turn. A full build begins without a cache. Its floor is the bare conversion of
the same pages over two processes; its peer is MkDocs, in an environment of its own. The floor of
the other two is a Python that hashes every page, and converts the one that is another.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import peers
from corpus import make_corpus
from paired import timings
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent
CHANGED = "section003/page00065.md"
_ALONE = "bare conversion, 1 process"

# Code is highlighted by the build, as ours is, and not in each reader's browser, which is what
# MkDocs does unasked; `toc`, `tables` and `fenced_code` it has always. What it still leaves out of
# what we do: policies, compressed copies, pages as Markdown, source views, the examples' cards.
_SETTINGS = """\
site_name: Guide
plugins: [search]
theme: {name: mkdocs, highlightjs: false}
markdown_extensions: [codehilite, attr_list, def_list, footnotes, abbr, admonition, md_in_html,
  smarty, sane_lists]
validation: {links: {anchors: warn}}
"""


class Work:
    """The pieces of work, each in a folder of its own; each returns how long it took."""

    def __init__(self, folder: Path, pages: int) -> None:
        self._folder = folder
        self._guide = folder / "guide"
        make_corpus(self._guide, pages)
        self._changed = self._guide / CHANGED
        self._source = self._changed.read_text(encoding="utf-8")
        self._count = 0

    def full(self, *options: str) -> float:
        """Build a site where there is none, and no cache."""
        return self._build(self._new(), *options)

    def one_page(self) -> float:
        """Build after one page was saved."""
        self._count += 1
        self._changed.write_text(f"{self._source}\nWord {self._count}.\n", encoding="utf-8")
        return self._build("kept")

    def nothing(self) -> float:
        """Build once more."""
        return self._build("kept")

    def bare(self, processes: int) -> float:
        """Convert all pages."""
        output = self._folder / self._new()
        script = ROOT / "benchmarks/bare_conversion.py"
        return _timed(sys.executable, script, self._guide, output, processes)

    def hashing(self, *converted: str) -> float:
        """Hash all pages, and convert these."""
        script = ROOT / "benchmarks/hashing.py"
        return _timed(sys.executable, script, self._guide, *converted)

    def mkdocs(self) -> float:
        """Build the same pages with MkDocs."""
        settings = self._folder / "mkdocs.yml"
        site = self._folder / self._new()
        settings.write_text(f"{_SETTINGS}docs_dir: {self._guide}\nsite_dir: {site}\n")
        return _timed(peers.program("mkdocs"), "build", "--quiet", "-f", settings)

    def _new(self) -> str:
        """
        Return the name of a folder that is not there yet.

        To write where files were removed a moment ago is slow: ext4 looks for other inodes.
        """
        self._count += 1
        return f"new{self._count}"

    def _build(self, name: str, *options: str) -> float:
        site = self._folder / name / "site"
        return _timed(sys.executable, ROOT / "build.py", self._guide, "--output", site, *options)


def main(pages: int = 170, runs: int = 5) -> None:
    """Make the pages, time all, and tell each figure; the targets are those for 170 pages."""
    peers.program("mkdocs")  # installed before anything is timed
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), pages)
        seconds = timings(
            {
                "bare conversion, 2 processes": lambda: work.bare(2),
                _ALONE: lambda: work.bare(1),
                "full build": work.full,
                "full build, --jobs 1": lambda: work.full("--jobs", "1"),
                "MkDocs": work.mkdocs,
                "hashing all, converting one": lambda: work.hashing(CHANGED),
                "one page changed": work.one_page,
                "hashing all": work.hashing,
                "nothing changed": work.nothing,
            },
            runs,
            f"{pages} pages",
        )
    for name, ours, beside in (
        ("build", "full build", ["bare conversion, 2 processes", "MkDocs", _ALONE]),
        ("one process", "full build, --jobs 1", [_ALONE]),
        ("one page", "one page changed", ["hashing all, converting one"]),
        ("nothing", "nothing changed", ["hashing all"]),
    ):
        tell(name, seconds[ours], {peer: seconds[peer] for peer in beside})


def _timed(*command: object) -> float:
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
