"""
Kill builds at random moments, and count the sites that are a mixture of old and new.

    python benchmarks/killed_builds.py [KILLS]

A guide of 40 pages is changed from all old to all new and back. Each build is
killed after a random part of the time that one takes, so some are killed before
they write, some while they do, and some when they are done. After each, the
site must be the old one or the new one, to the byte. The target is 0 of 1,000.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = 40


def main(kills: int) -> None:
    """Print how many builds were killed, and how many left a mixed site."""
    with tempfile.TemporaryDirectory() as folder:
        guide, site = Path(folder, "guide"), Path(folder, "site")
        guide.mkdir()
        command = [sys.executable, ROOT / "build.py", guide, "--output", site, "--quiet"]
        whole = []
        for word in ("new", "old"):
            _write(guide, word)
            started = time.monotonic()
            subprocess.run(command, check=True)
            takes = time.monotonic() - started
            whole.append(_content(site))
        killed = mixed = replaced = 0
        while killed < kills:
            _write(guide, random.choice(("new", "old")))
            build = subprocess.Popen(command)
            time.sleep(random.uniform(0, 1.1 * takes))
            build.kill()
            killed += build.wait() == -signal.SIGKILL
            content = _content(site)
            mixed += content not in whole
            replaced += content == whole[0]
        print(f"{killed} builds killed, {replaced} sites new, {mixed} sites mixed")
    sys.exit(1 if mixed else 0)


def _write(guide: Path, word: str) -> None:
    for number in range(PAGES):
        (guide / f"page{number}.md").write_text(f"# Page {number}\n\nThis is {word}.\n")


def _content(site: Path) -> dict[str, bytes]:
    """Return the pages of a site: what tells machines when it was made is another each time."""
    return {path.name: path.read_bytes() for path in site.glob("*.html")}


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:2] or ["1000"]))
