"""
Draw the pictures of a site: its icons, and the card of each page.

A card is what other sites show beside a link: 1200 by 630 pixels in 16 colours.
It shows the page's title, its summary and the site's name. The font has Latin,
Greek and Cyrillic letters; a title in another script gets a card of the site
alone, which is better than boxes.
"""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_right
from dataclasses import replace
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from .card import Card

WIDTH, HEIGHT = 1200, 630
"""The size that Open Graph's readers expect, in pixels."""

_MARGIN = 80
_SPACE = WIDTH - 2 * _MARGIN
_TITLE_SIZES = (84, 72, 60, 50)
_TITLE_HEIGHT = 300
_LINE = 1.2
_SUMMARY_LINE = 46
_FONTS = Path(__file__).parent / "fonts"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_LONGEST = 300
"""In characters, more than any card has room for."""

# Of the 16 colours, these many lead from the ground to the ink; the others to the accent.
_INKS, _ACCENTS = 10, 6
_GROUND, _INK = "#ffffff", "#1d2530"
_SOFT = 190  # of 255 parts ink


def drawn(card: Card) -> bytes:
    """Return the picture as a PNG file."""
    card = _writable(card)
    ink = Image.new("L", (WIDTH, HEIGHT), 0)
    write = ImageDraw.Draw(ink)
    write.text((_MARGIN + 68, 100), _cut(card.site, 32, _SPACE - 68), _SOFT, _font(32), anchor="lm")
    size, lines = _fitted(card.title or card.site)
    top = 180.0
    for line in lines:
        write.text((_MARGIN, top), line, 255, _font(size, bold=True))
        top += size * _LINE
    top += 24
    room = int((HEIGHT - 60 - top) // _SUMMARY_LINE)
    for line in _wrapped(card.summary, 34, min(3, room)):
        write.text((_MARGIN, top), line, _SOFT, _font(34))
        top += _SUMMARY_LINE
    return _png(ink, _mark(), card.accent)


def _writable(card: Card) -> Card:
    """Return the card with only what the font can write."""
    title, summary, site = map(_plain, (card.title, card.summary, card.site))
    site = site if _has(site) else card.host
    if not _has(title):
        return replace(card, title="", summary="", site=site)
    return replace(card, title=title, summary=summary if _has(summary) else "", site=site)


def _plain(text: str) -> str:
    """Return a text in one line, without what is not seen, and without emoji."""
    # What comes far behind the edge needs no drawing, and a character may stand for 18 in NFKC.
    text = unicodedata.normalize("NFKC", " ".join(text.split())[: 2 * _LONGEST])
    kept = [c for c in text[: 2 * _LONGEST] if not _dropped(c)]
    return " ".join("".join(kept).split())[:_LONGEST].rstrip()


def _dropped(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind in ("Cf", "Cc", "Cs") or "\ufe00" <= character <= "\ufe0f":
        return True  # joiners, control characters, choices of a variant
    return kind in ("So", "Sk") and not _glyph(character)


def _has(text: str) -> bool:
    return bool(text) and all(map(_glyph, text))


@cache
def _glyph(character: str) -> bool:
    """Return whether the font has a character: all that it lacks look the same."""
    return character == " " or _shape(character) != _shape("\uffff")


def _shape(character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(34).getmask(character)
    return mask.size, bytes(mask)


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "Inter-Bold.woff2" if bold else "Inter-Regular.woff2"
    # Raqm would place letters better, but is not on every computer: the bytes would differ.
    return ImageFont.truetype(_FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


def _fitted(title: str) -> tuple[int, list[str]]:
    """Return the largest size at which a title fits, and its lines."""
    for size in _TITLE_SIZES:
        lines = _wrapped(title, size, int(_TITLE_HEIGHT // (size * _LINE)), bold=True)
        if " ".join(lines) == title:
            break
    return size, lines


def _wrapped(text: str, size: int, most: int, bold: bool = False) -> list[str]:
    """Return a text in at most so many lines that fit; an ellipsis stands for the rest."""
    font = _font(size, bold)
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        if font.getlength(line) > _SPACE:
            end = max(1, _fitting(line, font, _SPACE))
            words.insert(0, line[end:])
            line = line[:end]
        while words and font.getlength(f"{line} {words[0]}") <= _SPACE:
            line = f"{line} {words.pop(0)}"
        lines.append(line)
    if words:
        lines[-1] = _cut(f"{lines[-1]} {words[0]}{_ELLIPSIS}", size, _SPACE, bold)
    return lines


def _cut(text: str, size: int, space: int, bold: bool = False) -> str:
    """Return a text that fits into so many pixels, with an ellipsis where it was cut."""
    font = _font(size, bold)
    if font.getlength(text) <= space:
        return text
    text = text.rstrip(_ELLIPSIS)
    end = _fitting(text, font, space - font.getlength(_ELLIPSIS))
    return text[:end].rstrip() + _ELLIPSIS


def _fitting(text: str, font: ImageFont.FreeTypeFont, space: float) -> int:
    """Return how many characters of a text fit into so many pixels."""
    places = range(1, len(text) + 1)
    return bisect_right(places, space, key=lambda end: font.getlength(text[:end]))


@cache
def _mark() -> Image.Image:
    """Return the site's mark and the line on the left edge, as a mask."""
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(mask).rectangle((0, 0, 15, HEIGHT), 255)
    mask.paste(mark(48), (_MARGIN, 76))
    return mask


def mark(size: int) -> Image.Image:
    """Return the mark of `icon.svg`, a dot in a paler disc, as a mask of so many pixels."""
    large = Image.new("L", (size * 8, size * 8), 0)
    draw = ImageDraw.Draw(large)
    for radius, strength in ((14, 56), (8, 255)):
        near, far = (16 - radius) / 32 * size * 8, (16 + radius) / 32 * size * 8 - 1
        draw.ellipse((near, near, far, far), strength)
    return large.resize((size, size), Image.Resampling.BOX)


def favicon(accent: str) -> bytes:
    """Return the site's mark as an ICO file of 16, 32 and 48 pixels."""
    written = io.BytesIO()
    picture = Image.new("RGBA", (48, 48), (*_rgb(accent), 0))
    picture.putalpha(mark(48))
    picture.save(written, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    return written.getvalue()


def touch_icon(accent: str) -> bytes:
    """Return the site's mark for a phone's home screen: 180 by 180 pixels, without transparency."""
    written = io.BytesIO()
    picture = Image.new("RGB", (180, 180), _GROUND)
    picture.paste(_rgb(accent), (26, 26), mark(128))
    picture.save(written, "PNG")
    return written.getvalue()


def _png(ink: Image.Image, accent: Image.Image, colour: str) -> bytes:
    """Return two masks as one picture: an accent lies over the ink."""
    inks = ink.point([value * (_INKS - 1) // 255 for value in range(256)])
    steps = [-(-value * _ACCENTS // 255) for value in range(256)]
    accents = accent.point([step and _INKS + step - 1 for step in steps])
    both = ImageChops.lighter(inks, accents)
    picture = Image.frombytes("P", both.size, both.tobytes())
    picture.putpalette(
        [
            *_ramp(_INK, [step / (_INKS - 1) for step in range(_INKS)]),
            *_ramp(colour, [(step + 1) / _ACCENTS for step in range(_ACCENTS)]),
        ]
    )
    written = io.BytesIO()
    picture.save(written, "PNG", bits=4, compress_level=6)
    return written.getvalue()


def _ramp(colour: str, steps: list[float]) -> list[int]:
    ground, full = _rgb(_GROUND), _rgb(colour)
    return [
        round(ground[part] + (full[part] - ground[part]) * step)
        for step in steps
        for part in range(3)
    ]


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue
