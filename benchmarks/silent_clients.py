"""A thousand clients that never read, among a hundred that do: memory, and the others' latency."""

from __future__ import annotations

from sockets.figures import OURS, bound, row, title
from sockets.running import load, serving

READERS, SILENT, SIZE, SECONDS, RATE = 100, 1000, 900, 20, 30


def main() -> None:
    """First without the silent ones, then with them."""
    title("Silent clients: what the slowest of a hundred deliveries takes to the others, in ms")
    with serving(OURS) as server:
        quiet = load("ticks", server, "/room", READERS, SIZE, SECONDS, RATE, 0)
        before = server.resident_kib()
        count = READERS + SILENT
        disturbed = load("ticks", server, "/room", count, SIZE, SECONDS, RATE, SILENT)
        grown = (server.resident_kib() - before) / 1024
    row("the quiet figure", disturbed["p99_ms"], quiet["p99_ms"], 2.0, least=False)
    bound("memory", grown, 300, "MiB")


if __name__ == "__main__":
    main()
