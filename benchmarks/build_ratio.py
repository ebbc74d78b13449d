"""A full build against the bare conversion of the same pages in as many processes, and in one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import make_corpus
from paired import compare

PAGES = 170
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Make the pages, time all, print the ratio. The target is at most 1.0."""
    with tempfile.TemporaryDirectory() as folder:
        guide = Path(folder, "guide")
        make_corpus(guide, PAGES)

        def timed(*command: str) -> float:
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            return time.perf_counter() - started

        def bare(processes: int) -> float:
            output = Path(folder, "bare")
            shutil.rmtree(output, ignore_errors=True)
            script = str(ROOT / "benchmarks/bare_conversion.py")
            return timed(script, str(guide), str(output), str(processes))

        def build(*options: str) -> float:
            site = Path(folder, "site")
            shutil.rmtree(site, ignore_errors=True)
            return timed(str(ROOT / "build.py"), str(guide), "--output", str(site), *options)

        print(f"Full build, {PAGES} pages")
        compare(
            "build.py",
            "bare conversion, 2 processes",
            {
                "bare conversion, 2 processes": lambda: bare(2),
                "bare conversion, 1 process": lambda: bare(1),
                "build.py": build,
                "build.py --jobs 1": lambda: build("--jobs", "1"),
            },
            runs=5,
        )


if __name__ == "__main__":
    main()
