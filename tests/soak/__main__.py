"""
Soak a server: `python -m tests.soak --seconds 600`.

It prints a table and a verdict; the exit status is 0 where memory was flat and nothing
was left behind.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .clients import Visits, a_cookie, census, come_and_go, metrics
from .guide import FILES
from .verdict import MIB, faults, grown

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 6
ROWS = 20
SESSIONS = 10_500
"""More than a server keeps (`Sessions`), so that their memory is there from the beginning."""


def main() -> int:
    """Soak a server, print what it did, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long (600)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (port, url):
        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(lambda _: a_cookie(port), range(SESSIONS)))
        _soak(port, min(5.0, seconds / 4), Visits(), url)  # what is loaded once, is loaded now
        before = _nobody(port, url)
        visits = Visits()
        memory = _soak(port, seconds, visits, url, shown=True)
        after = _nobody(port, url)
    print("\nwhen nobody is there  " + "".join(f"{name:>12}" for name in before))
    print("before                " + "".join(f"{n:>12,.0f}" for n in before.values()))
    print("after                 " + "".join(f"{n:>12,.0f}" for n in after.values()))
    found = [*visits.faults[:10], *faults(memory, before, after)]
    for fault in found:
        print(f"fault: {fault}")
    verdict = "not clean" if found else "flat, and nothing is left"
    print(
        f"\n{visits.visits:,} visits, {visits.messages:,} messages: "
        f"memory {grown(memory) / MIB:+.1f} MiB; {verdict}"
    )
    return 1 if found else 0


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, str]]:
    """Serve the guide in a process; yield its port and the address of its metrics."""
    guide, site = folder / "guide", folder / "site"
    for place in (guide, site):
        place.mkdir()
    for name, text in FILES.items():
        (guide / name).write_text(text)
    (site / "index.html").write_text("<h1>Home</h1>")
    (site / ".liveguide.json").write_text("{}")  # what a build leaves
    command = [sys.executable, "site_server.py", str(guide), "--site", str(site), "--no-build"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*command, "--port", "0", "--metrics", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, (folder / "log").read_text()
        port = int(line.rstrip("/\n").rpartition(":")[2])
        url = server.stdout.readline().removeprefix("Metrics ").strip()
        yield port, url
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def _soak(
    port: int, seconds: float, visits: Visits, url: str, *, shown: bool = False
) -> list[float]:
    """Let clients come and go for a while; return the memory of the server, again and again."""
    enough, memory = threading.Event(), []
    if shown:
        print(f"{'s':>6}{'visits':>10}{'messages':>12}{'MiB':>8}{'fds':>6}{'open':>6}{'lag ms':>8}")
    with ThreadPoolExecutor(CLIENTS) as threads:
        tasks = [threads.submit(come_and_go, port, seed, enough, visits) for seed in range(CLIENTS)]
        began = time.monotonic()
        for sample in range(1, 3 * ROWS + 1):
            time.sleep(max(0.0, began + seconds * sample / (3 * ROWS) - time.monotonic()))
            told = metrics(url)
            memory.append(told["process_resident_memory_bytes"])
            if shown and sample % 3 == 0:
                lag = (
                    told["liveguide_loop_lag_seconds_sum"]
                    / told["liveguide_loop_lag_seconds_count"]
                )
                print(
                    f"{time.monotonic() - began:6.0f}{visits.visits:10,}{visits.messages:12,}"
                    f"{memory[-1] / MIB:8.1f}{told['process_open_fds']:6.0f}"
                    f"{told['liveguide_connections_open']:6.0f}{lag * 1000:8.1f}",
                    flush=True,
                )
        enough.set()
        for task in tasks:
            task.result()
    return memory


def _nobody(port: int, url: str) -> dict[str, float]:
    """Wait until all have left, and return what is alive then."""
    deadline = time.monotonic() + 20
    while metrics(url)["liveguide_connections_open"] and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(6)  # a coroutine whose client has left may go on for five seconds
    alive: dict[str, float] = {**census(port)}
    return {**alive, "fds": metrics(url)["process_open_fds"]}


if __name__ == "__main__":
    sys.exit(main())
