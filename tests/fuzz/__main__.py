"""
Fuzz for as long as one likes: `python -m tests.fuzz --seconds 60` or `--cases 1000000`.

Two clients in threads send requests, handshakes and frames to the server, a
process of its own; then the tests of `test_texts.py` try other texts. The seed is
printed: the same seed sends the same.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .client import Tally, try_some
from .guide import write

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 2
TEXTS = 3 * 400 + 60
"""Texts of one run of `test_texts.py`: for each test as many as it says."""

ROUNDS = 50
"""Rounds of one task: some 800 cases."""


def main() -> int:
    """Fuzz, print what was tried and what came of it, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long (60)")
    parser.add_argument("--cases", type=int, help="how many requests, handshakes and frames")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally, log, status = _fuzz_server(Path(folder), args)
    lines = log.count("\n")
    tracebacks = log.count("Traceback (most recent call last)")
    failures = sum(n for answer, n in tally.answers.items() if re.fullmatch("5..", answer))
    for fault in tally.faults[:20]:
        print(f"fault: {fault}")
    if tracebacks:
        print(log[log.index("Traceback (most recent call last)") :][:5000])
    print("answers: " + ", ".join(f"{a} {n:,}" for a, n in tally.answers.most_common(30)))
    print(
        f"{tracebacks} tracebacks, {failures} answers of 5xx, {len(tally.faults)} faults "
        f"in {tally.cases:,} requests, handshakes and frames (seed {args.seed})"
    )
    print(f"{lines:,} lines of log; the server ended with {status}")
    texts = 0 if args.cases else _fuzz_texts(args.seconds / 2, args.seed)
    return 1 if tally.faults or tracebacks or status or texts else 0


def _fuzz_server(folder: Path, args: argparse.Namespace) -> tuple[Tally, str, int]:
    """Return what the clients found, what the server logged, and its exit status."""
    guide, site = write(folder)
    tally = Tally()
    with (folder / "log").open("w+") as log:
        command = [sys.executable, "site_server.py", str(guide), "--site", str(site)]
        with subprocess.Popen(
            [*command, "--port", "0", "--no-build", "--trusted-proxy", "127.0.0.1"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line, (folder / "log").read_text()
            port = int(line.rstrip("/\n").rpartition(":")[2])
            began = shown = time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as clients:
                seed = args.seed
                while server.poll() is None:
                    tasks = [
                        clients.submit(try_some, port, seed + i, ROUNDS) for i in range(CLIENTS)
                    ]
                    seed += CLIENTS
                    for task in tasks:
                        tally.add(task.result())
                    now = time.monotonic()
                    if now - shown > 10:
                        shown = now
                        print(f"{tally.cases:,} in {now - began:.0f} s", flush=True)
                    if tally.cases >= args.cases if args.cases else now - began > args.seconds / 2:
                        break
            server.send_signal(signal.SIGTERM)
            status = server.wait(20)
        log.seek(0)
        return tally, log.read(), status


def _fuzz_texts(seconds: float, seed: int) -> int:
    """Run the tests of texts with other texts, again and again; return the exit status."""
    began, rounds = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        rounds += 1
        environment = {**os.environ, "FUZZ": "1"}
        options = [f"--hypothesis-seed={seed + rounds}", "-q", "-n0", "--no-header"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/fuzz/test_texts.py", *options],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(done.stdout)
            return 1
    print(f"0 faults in {rounds * TEXTS:,} texts of configuration and pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
