"""Echoes of 32 bytes over 100 connections: messages a second, and how long the slowest take."""

from __future__ import annotations

from sockets.figures import OURS, measured, row, title
from sockets.running import FLOOR, TORNADO, WEBSOCKETS, Server, load

TARGETS = {TORNADO: 3.0, WEBSOCKETS: 1.3, "aiohttp": None, "picows": None, FLOOR: None}
LATENCY = {TORNADO: 0.2, WEBSOCKETS: None, "aiohttp": None}


def messages(server: Server) -> float:
    """Return how many one second of processor time is good for."""
    found = load("echo", server, "/echo", 100, 32, 3)
    return float(found["all"] / found["processor_seconds"])


def slowest(server: Server) -> float:
    """Return how long one in a hundred takes at least, in milliseconds."""
    return float(load("echo", server, "/echo", 100, 32, 3)["p99_ms"])


def main() -> None:
    """Compare with each peer; ours has a session and is configured by a gramex.yaml."""
    title("Echo: messages a second of the server's processor time")
    found = measured([OURS, *TARGETS], messages, runs=3)
    for peer, target in TARGETS.items():
        row(peer, found[OURS], found[peer], target)
    title("Echo: what the slowest of a hundred takes, in milliseconds")
    found = measured([OURS, *LATENCY], slowest, runs=3)
    for peer, target in LATENCY.items():
        row(peer, found[OURS], found[peer], target, least=False)


if __name__ == "__main__":
    main()
