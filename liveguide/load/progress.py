"""How far a run is: one line that is rewritten at a terminal, elsewhere a line a second."""

from __future__ import annotations

import asyncio
import sys

from .run import Run

_SECONDS_BETWEEN = 1.0
_REWRITTEN = "\r\x1b[K"


async def show(run: Run) -> None:
    """Show on standard error how far a run is, until cancelled."""
    at_terminal = sys.stderr.isatty()
    start, end = (_REWRITTEN, "") if at_terminal else ("", "\n")
    try:
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN)
            print(f"{start}{line_of(run)}", end=end, file=sys.stderr, flush=True)
    finally:
        if at_terminal:
            print(_REWRITTEN, end="", file=sys.stderr, flush=True)


def line_of(run: Run) -> str:
    """Return how far a run is; the latencies are those since the last line."""
    said = [f"{run.doing}: {sum(client.is_open for client in run.clients):,} clients"]
    if run.doing != "connecting":
        recent = run.look()
        said += [f"{run.numbers.sent:,} sent", f"{run.tally.heard:,} delivered"]
        if recent.count:
            p50, p99 = (recent.percentile(percent) / 1000 for percent in (50, 99))
            said.append(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms")
        if run.numbers.closes:
            said.append(f"{run.numbers.closes.total():,} closed")
    return ", ".join(said)
