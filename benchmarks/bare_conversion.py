"""
The floor of a build: Python-Markdown and Pygments, as their manuals say, in one process or more.

    python benchmarks/bare_conversion.py GUIDE OUTPUT [PROCESSES]
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import markdown

EXTENSIONS = ["fenced_code", "codehilite", "tables", "footnotes", "attr_list", "toc"]


def convert(guide: Path, output: Path, paths: list[Path]) -> None:
    """Convert the pages *paths* of *guide* into *output*, without templates, links or checks."""
    converter = markdown.Markdown(extensions=EXTENSIONS)
    for path in paths:
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[-1]
        target = output / path.relative_to(guide).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(converter.reset().convert(body), encoding="utf-8")


if __name__ == "__main__":
    guide, output = Path(sys.argv[1]), Path(sys.argv[2])
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    pages = sorted(guide.rglob("*.md"))
    others = [
        multiprocessing.Process(target=convert, args=(guide, output, pages[n::processes]))
        for n in range(1, processes)
    ]
    for other in others:
        other.start()
    convert(guide, output, pages[::processes])
    for other in others:
        other.join()
