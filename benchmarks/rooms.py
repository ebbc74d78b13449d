"""
A room: what it costs in memory, in a file, and over a Redis of its own.

Deliveries of 100 bytes to 1,000 subscribers are counted a second of processor time; those of two
servers by that of the busier one, since each has a processor of its own. Latency is that of a
message alone on its way to ten.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sockets.running import OURS, Server, holding, load, serving
from speed.results import tell

RUNS, SECONDS = 5, 3
MANY_RUNS = 9  # one process may be a fifth faster than the next one of the same program
IDLE = 5000

Ways = dict[str, tuple[str, str, int]]
"""By its name: the broker, the room's address, and how many servers share the members."""

MEMORY, FILE, REDIS = "memory", "sqlite:{folder}/rooms.db", "unix://{folder}/redis.sock"
TOLD, KEPT = "/told", "/kept"
WAYS: Ways = {
    "room": (REDIS, TOLD, 1),
    "in memory": (MEMORY, TOLD, 1),
    "room, two": (REDIS, TOLD, 2),
    "room, kept": (REDIS, KEPT, 1),
    "in memory, with a history": (MEMORY, KEPT, 1),
    "room, file": (FILE, KEPT, 1),
}
QUIET: Ways = {"room, added": (REDIS, TOLD, 1), "in memory": (MEMORY, TOLD, 1)}
HELD: Ways = {"room, idle": (REDIS, TOLD, 1), "in memory": (MEMORY, TOLD, 1)}


def deliveries(server: Server, path: str) -> float:
    """Return how many one second of processor time is good for."""
    found = load("broadcast", server, path, 1000, 100, SECONDS)
    return float(found["all"] / found["processor_seconds"])


def latency(server: Server, path: str) -> float:
    """Return what half of all deliveries to ten take at most, 20 messages a second, in ms."""
    return float(load("ticks", server, path, 10, 100, SECONDS, 20, 0)["p50_ms"])


def kib(server: Server, path: str) -> float:
    """Return what each of many idle members costs the server, in KiB."""
    load("connect", server, path, 500, 32, 0)  # so that the first ones pay for no imports
    before = server.resident_kib()
    with holding(server, path, IDLE, 60):
        return (server.resident_kib() - before) / IDLE


def measured(
    ways: Ways, measure: Callable[[Server, str], float], runs: int, folder: str
) -> dict[str, list[float]]:
    """Measure each way in turn."""
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, (broker, path, count) in ways.items():
            with serving_room(broker.format(folder=folder), count) as server:
                found[way].append(measure(server, path))
    return found


@contextmanager
def serving_room(broker: str, count: int) -> Iterator[Server]:
    """Run so many of our servers with a broker."""
    with contextlib.ExitStack() as stack:
        each = [stack.enter_context(serving(OURS, "--broker", broker)) for _ in range(count)]
        yield Server([one.port for one in each], [one.pids[0] for one in each])


@contextmanager
def redis(folder: Path) -> Iterator[None]:
    """Run a Redis that keeps what it is told, on a socket in a folder."""
    socket = folder / "redis.sock"
    core = str(sorted(os.sched_getaffinity(0))[-1])  # the load client's, not the servers'
    command = ["taskset", "-c", core, "redis-server", "--port", "0", "--unixsocket", str(socket)]
    command += ["--dir", str(folder)]
    command += ["--appendonly", "yes", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            time.sleep(0.01)
        try:
            yield
        finally:
            process.kill()


def main() -> None:
    """Compare each way with the room in memory."""
    with tempfile.TemporaryDirectory() as folder, redis(Path(folder)):
        rates = measured(WAYS, deliveries, MANY_RUNS, folder)
        memory = rates["in memory"]
        tell("room", rates["room"], {"in memory": memory})
        tell("room, two", rates["room, two"], {"in memory": memory})
        kept = {"in memory, with a history": rates["in memory, with a history"]}
        tell("room, kept", rates["room, kept"], kept)
        tell("room, file", rates["room, file"], kept)
        quiet = measured(QUIET, latency, RUNS, folder)
        pairs = zip(quiet["room, added"], quiet["in memory"], strict=True)
        tell("room, added", [over - without for over, without in pairs])
        held = measured(HELD, kib, 1, folder)
        tell("room, idle", held["room, idle"], {"in memory": held["in memory"]})


if __name__ == "__main__":
    main()
