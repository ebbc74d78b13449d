"""
Deliveries of a room, 100 bytes to 1,000 subscribers, a second of the server's processor.

The same room in memory, in a file, and over a Redis of its own, beside the loop of `write_message`
that an author without rooms writes. Over Redis it should be 0.9 of what it is in memory.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sockets.running import OURS, Server, load, serving

RUNS = 5
WAYS = {
    "a loop, without a room": ("memory", "/room"),
    "in memory": ("memory", "/told"),
    "in memory, with a history": ("memory", "/kept"),
    "in a file, with a history": ("sqlite:{folder}/rooms.db", "/kept"),
    "over Redis": ("unix://{folder}/redis.sock", "/told"),
    "over Redis, with a history": ("unix://{folder}/redis.sock", "/kept"),
}


def deliveries(server: Server, path: str) -> float:
    """Return how many one second of processor time is good for."""
    found = load("broadcast", server, path, 1000, 100, 3)
    return float(found["all"] / found["processor_seconds"])


@contextmanager
def redis(folder: Path) -> Iterator[None]:
    """Run a Redis that keeps what it is told, on a socket in a folder."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder)]
    command += ["--appendonly", "yes", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            time.sleep(0.01)
        try:
            yield
        finally:
            process.kill()


def main() -> None:
    """Measure each way in turn, and compare it with the room in memory."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, redis(Path(folder)):
        for _ in range(RUNS):
            for way, (broker, path) in WAYS.items():
                os.environ["LIVEGUIDE_BROKER"] = broker.format(folder=folder)
                with serving(OURS) as server:
                    found[way].append(deliveries(server, path))
    memory = found["in memory"]
    for way, runs in found.items():
        ratio = statistics.median(one / other for one, other in zip(runs, memory, strict=True))
        print(f"{way:28} {statistics.median(runs):>10,.0f}   {ratio:.2f} of in memory")


if __name__ == "__main__":
    main()
