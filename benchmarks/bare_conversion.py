"""
The floor of a build: Python-Markdown and Pygments, as their manuals say, in one process.

    python benchmarks/bare_conversion.py GUIDE OUTPUT
"""

from __future__ import annotations

import sys
from pathlib import Path

import markdown

EXTENSIONS = ["fenced_code", "codehilite", "tables", "footnotes", "attr_list", "toc"]


def convert(guide: Path, output: Path) -> None:
    """Convert every page of *guide* into *output*, without templates, links or checks."""
    converter = markdown.Markdown(extensions=EXTENSIONS)
    for path in sorted(guide.rglob("*.md")):
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[-1]
        target = output / path.relative_to(guide).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(converter.reset().convert(body), encoding="utf-8")


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
