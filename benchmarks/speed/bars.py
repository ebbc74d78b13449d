"""Draw figures as bars: an SVG file that takes the colours of the page it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .results import shown

_WIDTH, _ROW, _BAR = 440, 44, 12


def drawn(title: str, bars: Sequence[tuple[str, float]], ours: str) -> str:
    """
    Return the file.

    Args:

        title: What it shows.

        bars: Each bar's name and figure, from above to below.

        ours: The name of the one in the accent's colour.
    """
    longest = max(figure for _, figure in bars)
    height = _ROW * len(bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" font-size="15" fill="currentColor">',
        f"  <title>{escape(title)}</title>",
        f"  <desc>{escape(said(bars))}</desc>",
    ]
    for number, (name, figure) in enumerate(bars):
        top = number * _ROW
        width = max(1, round(_WIDTH * figure / longest))
        colour = "var(--accent)" if name == ours else "var(--edge)"
        lines += [
            f'  <text x="0" y="{top + 18}">{escape(name)}</text>',
            f'  <text x="{_WIDTH}" y="{top + 18}" text-anchor="end">{shown(figure)}</text>',
            f'  <rect y="{top + 24}" width="{width}" height="{_BAR}" rx="2" fill="{colour}"/>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def said(bars: Sequence[tuple[str, float]]) -> str:
    """Return the same in words."""
    return ", ".join(f"{name} {shown(figure)}" for name, figure in bars)
