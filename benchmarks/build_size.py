"""
Large guides: how long a build of 1,700 and of 10,000 pages takes, and what its processes hold.

    python benchmarks/build_size.py [PAGES ...]

Each is built once, without a cache, by as many processes as there are processors.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import make_corpus
from speed.results import tell

ROOT = Path(__file__).resolve().parent.parent


def built(folder: Path, pages: int) -> tuple[float, float]:
    """Return the seconds that a build takes, and the MiB that its largest process has held."""
    guide = folder / f"guide{pages}"
    make_corpus(guide, pages)
    started = time.perf_counter()
    command = [sys.executable, ROOT / "build.py", guide, "--quiet"]
    subprocess.run([*command, "--output", folder / f"site{pages}" / "site"], check=True)
    seconds = time.perf_counter() - started
    # The largest of all that have ended so far; guides are built in the order of their size.
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    mebibytes = most / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{pages:,} pages: {seconds:.1f} s, {seconds / pages * 1000:.1f} ms a page,", end=" ")
    print(f"{mebibytes:.0f} MiB at most in a process", flush=True)
    return seconds, mebibytes


def main(sizes: list[int]) -> None:
    """Build guides of these sizes; tell the figures that have a target."""
    with tempfile.TemporaryDirectory() as folder:
        if sizes:
            for pages in sorted(sizes):
                built(Path(folder), pages)
            return
        _, small = built(Path(folder), 170)
        tell("memory of 170", small)
        seconds, _ = built(Path(folder), 1700)
        tell("1,700 pages", seconds)
        all_seconds, large = built(Path(folder), 10_000)
        each = {"one page of 1,700": seconds / 1.7}
        tell("10,000 pages", all_seconds / 10, each)
        tell("memory of 10,000", large)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
