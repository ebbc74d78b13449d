"""Tell a figure: print it beside its peers', and note it for the page if somebody asks for it."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from .targets import rows_of

# Peers are installed, with their bytecode; ours is written as it is first used.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

NOTES = "LIVEGUIDE_FIGURES"
"""The variable of the environment that names a file; a line of JSON for each figure goes there."""

Runs = Sequence[float] | float
"""What each run has found; or one figure, where there was one run."""


def tell(name: str, ours: Runs, peers: Mapping[str, Runs] | None = None) -> None:
    """
    Print a figure with its peers, ratios, target and verdict, and note it.

    Args:

        name: The measure, as `targets.MEASURES` has it.

        ours: What our runs have found.

        peers: What each peer's runs have found, in the same order.
    """
    found = noted(ours, peers or {})
    rows = rows_of(name, found)
    measure = rows[0].measure
    low, high = found["range"]
    spread = "" if low == high else f" ({shown(low)} to {shown(high)})"
    print(f"{measure.what}: {shown(found['ours'])} {measure.unit}{spread}")
    for row in rows:
        beside = ""
        if row.theirs is not None and row.ratio is not None:
            beside = f"{row.peer:30} {shown(row.theirs):>10}   ratio {row.ratio:.2f}"
        print("  " + "   ".join(filter(None, [beside, row.target, row.verdict])), flush=True)
    if path := os.environ.get(NOTES):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"name": name, **found}) + "\n")


def noted(ours: Runs, peers: Mapping[str, Runs]) -> dict[str, Any]:
    """Return the medians, the ranges, and the medians of the ratios run by run, for JSON."""
    mine = _runs(ours)
    return {
        "ours": _rounded(statistics.median(mine)),
        "range": [_rounded(min(mine)), _rounded(max(mine))],
        "peers": {peer: _beside(mine, _runs(theirs)) for peer, theirs in peers.items()},
    }


def _beside(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    ratios = [a / b for a, b in zip(ours, theirs, strict=True) if b]
    return {
        "figure": _rounded(statistics.median(theirs)),
        "range": [_rounded(min(theirs)), _rounded(max(theirs))],
        "ratio": round(statistics.median(ratios), 3) if ratios else None,
    }


def shown(figure: float) -> str:
    """Return a figure with as many digits as mean something."""
    if isnan(figure):
        return "\N{EN DASH}"
    if figure == int(figure) or abs(figure) >= 100:
        return f"{figure:,.0f}"
    digits = 3 if abs(figure) < 1 else 2 if abs(figure) < 10 else 1
    return f"{figure:.{digits}f}"


def _runs(figures: Runs) -> Sequence[float]:
    return figures if isinstance(figures, Sequence) else [figures]


def _rounded(figure: float) -> float:
    return float(f"{figure:.5g}")
