"""How long a message takes to 1,000 subscribers, at 8 a second; and with one who never reads."""

from __future__ import annotations

from sockets.figures import compare
from sockets.running import OURS, TORNADO, Server, load, serving
from speed.results import tell

SUBSCRIBERS, SIZE, SECONDS, RATE = 1000, 100, 5, 8
LARGE = 900
"""Bytes of a message to the one who stalls: enough of them to fill all buffers on the way."""


def slowest(server: Server) -> float:
    """Return what one delivery in a hundred takes at least, in milliseconds."""
    return float(load("ticks", server, "/room", SUBSCRIBERS, SIZE, SECONDS, RATE, 0)["p99_ms"])


def main() -> None:
    """Compare with plain Tornado; then stall one reader of a hundred."""
    compare("broadcast, slowest", slowest, runs=3)
    shares, grown = {}, {}
    for name in (OURS, TORNADO):
        with serving(name) as server:
            load("ticks", server, "/room", 100, LARGE, 2, 500, 0)
            before = server.resident_kib()
            heard = load("ticks", server, "/room", 100, LARGE, 20, 500, 1)
            grown[name] = (server.resident_kib() - before) / 1024
        shares[name] = 100 * heard["deliveries"] / heard["all"]
    tell("stalled, others", shares.pop(OURS), shares)
    tell("stalled, memory", grown.pop(OURS), grown)


if __name__ == "__main__":
    main()
