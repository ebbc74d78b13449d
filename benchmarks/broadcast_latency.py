"""How long a message takes to 1,000 subscribers, at 8 a second; and with one who never reads."""

from __future__ import annotations

from sockets.figures import OURS, bound, measured, row, title
from sockets.running import TORNADO, WEBSOCKETS, Server, load, serving

SUBSCRIBERS, SIZE, SECONDS, RATE = 1000, 100, 5, 8
LARGE = 900
"""Bytes of a message to the one who stalls: enough of them to fill all buffers on the way."""


def slowest(server: Server) -> float:
    """Return what one delivery in a hundred takes at least, in milliseconds."""
    return float(load("ticks", server, "/room", SUBSCRIBERS, SIZE, SECONDS, RATE, 0)["p99_ms"])


def main() -> None:
    """Compare with plain Tornado; then stall one reader of a hundred."""
    title("Broadcast, 8 a second to 1,000: what the slowest of a hundred takes, in milliseconds")
    found = measured([OURS, TORNADO, WEBSOCKETS], slowest, runs=3)
    row(TORNADO, found[OURS], found[TORNADO], 0.25, least=False)
    row(WEBSOCKETS, found[OURS], found[WEBSOCKETS], None, least=False)
    for name in (OURS, TORNADO):
        with serving(name) as server:
            load("ticks", server, "/room", 100, LARGE, 2, 500, 0)
            before = server.resident_kib()
            heard = load("ticks", server, "/room", 100, LARGE, 20, 500, 1)
            grown = (server.resident_kib() - before) / 1024
        share = 100 * heard["deliveries"] / heard["all"]
        print(f"  {name}, one of 100 stalls: the others get {share:.1f} % of what is offered (99)")
        if name == OURS:
            bound("memory for the one who stalls", grown, 1, "MiB")
        else:
            print(f"  memory for the one who stalls: {grown:.1f} MiB")


if __name__ == "__main__":
    main()
