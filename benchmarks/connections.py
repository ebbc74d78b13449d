"""Connections: what an idle one costs, how many are held, how fast they are accepted."""

from __future__ import annotations

from sockets.figures import compare
from sockets.running import OURS, Server, holding, load, serving
from speed.results import tell

IDLE, MANY, HANDSHAKES = 5000, 10_000, 6000


def kib(server: Server) -> float:
    """Return what each of many idle connections costs the server, in KiB."""
    load("connect", server, "/echo", 500, 32, 0)  # so that the first ones pay for no imports
    before = server.resident_kib()
    with holding(server, "/echo", IDLE, 60):
        return (server.resident_kib() - before) / IDLE


def handshakes(server: Server) -> float:
    """Return how many one second of the server's processor time is good for."""
    found = load("connect", server, "/echo", HANDSHAKES, 32, 0)
    return float(found["all"] / found["processor_seconds"])


def main() -> None:
    """Compare with peers; ours has a session for each, and pings all."""
    compare("idle", kib, runs=1)
    with serving(OURS) as server, holding(server, "/echo", MANY, 120):
        tell("held", MANY)
    compare("accepting", handshakes, runs=5)


if __name__ == "__main__":
    main()
