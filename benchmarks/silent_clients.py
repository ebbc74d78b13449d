"""
A thousand clients that never read, among a hundred that do: memory, and the others' latency.

The quiet figure is that of a room as large in which all read: what is told is what silence adds. A
room of the hundred alone is quicker, for a message goes to a tenth as many.
"""

from __future__ import annotations

from sockets.running import OURS, load, serving
from speed.results import tell

READERS, SILENT, SIZE, SECONDS, RATE = 100, 1000, 900, 20, 30


def main() -> None:
    """First with all reading, then with a thousand silent."""
    with serving(OURS) as server:
        count = READERS + SILENT
        quiet = load("ticks", server, "/room", count, SIZE, SECONDS, RATE, 0)
        before = server.resident_kib()
        disturbed = load("ticks", server, "/room", count, SIZE, SECONDS, RATE, SILENT)
        grown = (server.resident_kib() - before) / 1024
    tell("silent, others", disturbed["p99_ms"], {"where all read": quiet["p99_ms"]})
    tell("silent, memory", grown)


if __name__ == "__main__":
    main()
