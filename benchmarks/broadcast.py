"""Deliveries of a broadcast, 100 bytes to 1,000 subscribers, a second of the server's processor."""

from __future__ import annotations

from sockets.figures import OURS, measured, row, title
from sockets.running import FLOOR, TORNADO, WEBSOCKETS, Server, load

TARGETS = {TORNADO: 4.2, WEBSOCKETS: 1.25, FLOOR: 0.8, "aiohttp": None, "picows": None}


def deliveries(server: Server) -> float:
    """Return how many one second of processor time is good for."""
    found = load("broadcast", server, "/room", 1000, 100, 3)
    return float(found["all"] / found["processor_seconds"])


def main() -> None:
    """Compare with each peer; the floor shows that the load client can take more."""
    title("Broadcast: deliveries a second of the server's processor time")
    found = measured([OURS, *TARGETS], deliveries, runs=3)
    for peer, target in TARGETS.items():
        row(peer, found[OURS], found[peer], target)


if __name__ == "__main__":
    main()
