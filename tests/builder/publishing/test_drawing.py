"""The pictures: their size, that everything fits, and what the font can't write."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFont

from liveguide.builder.publishing import drawing
from liveguide.builder.publishing.card import Card
from liveguide.builder.publishing.pictures import _SHIPPED, DEFAULT_ACCENT


def card(title: str = "A title", summary: str = "About it.", site: str = "Guide") -> Card:
    """Return a card in the default colour."""
    return Card(title, summary, site, "docs.example.org", DEFAULT_ACCENT)


def picture(of: Card) -> Image.Image:
    """Return what is drawn, in full colours."""
    return Image.open(io.BytesIO(drawing.drawn(of))).convert("RGB")


def test_a_card_is_a_small_png_of_the_size_that_others_expect() -> None:
    """1200 by 630 pixels, at most 25 KB."""
    png = drawing.drawn(
        card("WebSocketHandler, rooms and chats", "One sentence after the other. " * 9)
    )
    opened = Image.open(io.BytesIO(png))

    assert (opened.format, opened.mode, opened.size) == ("PNG", "P", (1200, 630))
    assert len(png) < 25_000


@pytest.mark.parametrize(
    ("title", "summary", "site"),
    [
        ("word " * 200, "word " * 200, "word " * 200),
        ("W" * 500, "W" * 500, "W" * 500),
        ("A", "", "B"),
        ("five lines of a title " * 9, "three lines of a summary " * 20, "Guide"),
    ],
)
def test_everything_fits(title: str, summary: str, site: str) -> None:
    """Text is wrapped, shrunk and cut; the margins stay empty."""
    drawn = picture(card(title, summary, site))
    inner = drawn.crop((16, 0, drawn.width, drawn.height))
    left, top, right, bottom = ImageChops.invert(inner).getbbox() or (0, 0, 0, 0)

    assert left >= 60
    assert top >= 60
    assert right <= 1200 - 16 - 60
    assert bottom <= 630 - 40
    assert len(drawing.drawn(card(title, summary, site))) < 50_000


def test_a_title_in_a_script_that_the_font_lacks_gets_the_sites_card() -> None:
    """There are never boxes."""
    assert drawing.drawn(card("日本語", "about")) == drawing.drawn(card("", ""))
    assert drawing.drawn(card("עברית", "about")) == drawing.drawn(card("", ""))


def test_a_site_in_such_a_script_is_named_by_its_host() -> None:
    """An address can always be written."""
    assert drawing.drawn(card(site="日本")) == drawing.drawn(card(site="docs.example.org"))


def test_emoji_are_left_out() -> None:
    """A title with a picture in it is still a title."""
    assert drawing.drawn(card("Chat 🎉 room 👩\u200d💻\ufe0f")) == drawing.drawn(card("Chat room"))


@pytest.mark.parametrize("title", ["Ünïcödé ﬁn", "Привет", "καλημέρα", "a\u0301", "<b>&amp;</b>"])
def test_other_alphabets_are_written(title: str) -> None:
    """Latin with all its marks, Greek and Cyrillic."""
    assert drawing.drawn(card(title)) != drawing.drawn(card("", ""))


@pytest.mark.parametrize("title", ["", "\x00", "\ud800", "\u202e", "\U0010ffff", "\n"])
def test_nothing_that_a_title_may_hold_stops_a_build(title: str) -> None:
    """Control characters and halves of characters are left out."""
    assert picture(card(title, title, title)).size == (1200, 630)


def test_the_accent_colour_is_the_sites() -> None:
    """The bar on the left has exactly that colour."""
    drawn = picture(Card("A", "", "B", "c.example", "#0a6640"))

    assert drawn.getpixel((4, 300)) == (0x0A, 0x66, 0x40)


def test_the_shipped_icons_are_those_that_would_be_drawn() -> None:
    """A site without an accent colour of its own needs no drawing."""
    for name, drawn in (
        ("favicon.ico", drawing.favicon(DEFAULT_ACCENT)),
        ("apple-touch-icon.png", drawing.touch_icon(DEFAULT_ACCENT)),
    ):
        with Image.open(_SHIPPED / name) as shipped, Image.open(io.BytesIO(drawn)) as now:
            assert shipped.tobytes() == now.tobytes()


def test_the_favicon_has_the_sizes_that_browsers_ask_for() -> None:
    """16, 32 and 48 pixels in one file."""
    icon = Image.open(io.BytesIO(drawing.favicon("#0a6640")))

    assert icon.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_however_long_a_title_is_it_is_measured_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A card of a page whose title is a book takes no longer than one that fills the card."""
    measured = []
    getlength = ImageFont.FreeTypeFont.getlength

    def noted(self: ImageFont.FreeTypeFont, text: str, **options: Any) -> float:
        measured.append(text)
        return getlength(self, text, **options)

    monkeypatch.setattr(ImageFont.FreeTypeFont, "getlength", noted)

    drawing.drawn(card("x" * 100_000, "y" * 100_000, "z" * 100_000))

    assert len(measured) < 300
    assert max(map(len, measured)) < 400
