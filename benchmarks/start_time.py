"""From the start of the server's process to the line that says it is serving."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from paired import compare

ROOT = Path(__file__).resolve().parent.parent
_FLOOR = """
import asyncio, tornado.web
async def main():
    tornado.web.Application([]).listen(0, "127.0.0.1")
    print("Serving", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def _until_serving(*command: str) -> float:
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Serving"):
                break
        taken = time.perf_counter() - started
        process.send_signal(signal.SIGTERM)
    return taken


def main() -> None:
    """Build this project's own guide once, then time starts with and without the check of it."""
    with tempfile.TemporaryDirectory() as folder:
        site = str(Path(folder, "site"))
        subprocess.run(
            [sys.executable, "build.py", "--quiet", "--output", site], cwd=ROOT, check=True
        )
        server = ("site_server.py", "--port", "0", "--site", site)
        print("Start, this project's guide")
        compare(
            "site_server.py",
            "Tornado alone",
            {
                "Tornado alone": lambda: _until_serving("-c", _FLOOR),
                "site_server.py": lambda: _until_serving(*server),
                "site_server.py --no-build": lambda: _until_serving(*server, "--no-build"),
            },
        )


if __name__ == "__main__":
    main()
