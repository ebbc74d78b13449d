"""Colours, and whether text in them can be read: the contrast of WCAG 2."""

from __future__ import annotations

import re

GROUNDS = ("#ffffff", "#0f141a")
"""The ground of a page, light and dark; as in `frontend/styles/props.css`."""

LEAST_CONTRAST = 4.5
"""What WCAG 2.2 asks of text, level AA."""

_TINT = 0.09  # the ground of the open page's entry, as `--ground-tinted` mixes it
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def check_accent(colour: str, *, dark: bool) -> str | None:
    """
    Return what is wrong with a site's accent, or `None`.

    Args:

        colour: The colour, as `#rrggbb`.

        dark: Whether it stands on the dark ground.
    """
    if not _COLOUR.fullmatch(colour):
        return f"{colour!r} is not a colour; write it as '#1f4fd1', in quotes"
    ground = GROUNDS[dark]
    found = contrast(colour, mixed(colour, ground, _TINT))
    if found >= LEAST_CONTRAST:
        return None
    shade, fix = ("dark", "lighter") if dark else ("light", "darker")
    return (
        f"the accent {colour!r} can't be read on the {shade} ground: its contrast there is "
        f"{found:.1f} to 1, and text needs {LEAST_CONTRAST}; take a {fix} one"
    )


def dark_accent(colour: str) -> str:
    """Return *colour*, made lighter until text in it can be read on the dark ground."""
    for tenths in range(11):
        lighter = mixed("#ffffff", colour, tenths / 10)
        if check_accent(lighter, dark=True) is None:
            return lighter
    return "#ffffff"


def ink_on(colour: str) -> str:
    """Return the ground, light or dark, whose colour is the easier to read on *colour*."""
    return max(GROUNDS, key=lambda ground: contrast(ground, colour))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    """Return *ground* with a *share*, from 0 to 1, of *colour* in it."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
