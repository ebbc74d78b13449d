"""
A thousand clients that never read, among a hundred that do: memory, and the others' latency.

The quiet figure is that of a room as large in which all read: what is told is what silence adds. A
room of the hundred alone is quicker, for a message goes to a tenth as many.
"""

from __future__ import annotations

from sockets.figures import OURS, bound, row, title
from sockets.running import load, serving

READERS, SILENT, SIZE, SECONDS, RATE = 100, 1000, 900, 20, 30


def main() -> None:
    """First with all reading, then with a thousand silent."""
    title("Silent clients: what the slowest of a hundred deliveries takes to the others, in ms")
    with serving(OURS) as server:
        count = READERS + SILENT
        quiet = load("ticks", server, "/room", count, SIZE, SECONDS, RATE, 0)
        before = server.resident_kib()
        disturbed = load("ticks", server, "/room", count, SIZE, SECONDS, RATE, SILENT)
        grown = (server.resident_kib() - before) / 1024
    row("the quiet figure", disturbed["p99_ms"], quiet["p99_ms"], 2.0, least=False)
    bound("memory", grown, 300, "MiB")


if __name__ == "__main__":
    main()
