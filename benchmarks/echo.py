"""Echoes of 32 bytes over 100 connections: messages a second, and how long the slowest take."""

from __future__ import annotations

from sockets.figures import compare
from sockets.running import Server, load


def messages(server: Server) -> float:
    """Return how many one second of processor time is good for."""
    found = load("echo", server, "/echo", 100, 32, 3)
    return float(found["all"] / found["processor_seconds"])


def slowest(server: Server) -> float:
    """Return how long one in a hundred takes at least, in milliseconds."""
    return float(load("echo", server, "/echo", 100, 32, 3)["p99_ms"])


def main() -> None:
    """Compare with each peer; ours has a session and is configured by a gramex.yaml."""
    compare("echo", messages, runs=3)
    compare("echo, slowest", slowest, runs=5)


if __name__ == "__main__":
    main()
