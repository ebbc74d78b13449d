"""Deliveries of a broadcast, 100 bytes to 1,000 subscribers, a second of the server's processor."""

from __future__ import annotations

from sockets.figures import compare
from sockets.running import Server, load


def deliveries(server: Server) -> float:
    """Return how many one second of processor time is good for."""
    found = load("broadcast", server, "/room", 1000, 100, 3)
    return float(found["all"] / found["processor_seconds"])


def main() -> None:
    """Compare with each peer; the floor shows that the load client can take more."""
    compare("broadcast", deliveries, runs=3)


if __name__ == "__main__":
    main()
