"""A full build of 1,000 pages against the bare conversion of the same pages in one process."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import make_corpus
from paired import compare

PAGES = 1000
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make the pages, time both, print the ratio. The target is at most 1.5."""
    with tempfile.TemporaryDirectory() as folder:
        guide = Path(folder, "guide")
        make_corpus(guide, PAGES)

        def timed(*command: str) -> float:
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - started

        def bare() -> float:
            output = Path(folder, "bare")
            shutil.rmtree(output, ignore_errors=True)
            return timed(str(ROOT / "benchmarks/bare_conversion.py"), str(guide), str(output))

        def build(*options: str) -> float:
            site = Path(folder, "site")
            shutil.rmtree(site, ignore_errors=True)
            return timed(str(ROOT / "build.py"), str(guide), "--output", str(site), *options)

        print(f"Full build, {PAGES} pages")
        compare(
            "build.py",
            "bare conversion, 1 process",
            {
                "bare conversion, 1 process": bare,
                "build.py": build,
                "build.py --jobs 1": lambda: build("--jobs", "1"),
            },
            runs=3,
        )


if __name__ == "__main__":
    main()
