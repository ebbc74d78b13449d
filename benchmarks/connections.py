"""Connections: what an idle one costs, how many are held, how fast they are accepted."""

from __future__ import annotations

from sockets.figures import OURS, bound, measured, row, title
from sockets.running import TORNADO, WEBSOCKETS, Server, holding, load, serving

IDLE, MANY, HANDSHAKES = 5000, 10_000, 3000


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
    title(f"Idle: KiB of each of {IDLE:,} connections")
    found = measured([OURS, TORNADO, WEBSOCKETS], kib, runs=1)
    for peer in (TORNADO, WEBSOCKETS):
        row(peer, found[OURS], found[peer], None, least=False)
    bound("each", found[OURS], 18, "KiB")
    with serving(OURS) as server, holding(server, "/echo", MANY, 120):
        print(f"  {MANY:,} connections are open")
    title("Accepting: handshakes a second of the server's processor time")
    found = measured([OURS, TORNADO, WEBSOCKETS], handshakes, runs=3)
    row(TORNADO, found[OURS], found[TORNADO], 1.0)
    row(WEBSOCKETS, found[OURS], found[WEBSOCKETS], None)


if __name__ == "__main__":
    main()
