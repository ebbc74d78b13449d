"""Colours, and whether text in them can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import liveguide
from liveguide.colours import GROUNDS, check_accent, contrast, dark_accent, ink_on, mixed


def test_contrast() -> None:
    """It is that of WCAG 2, whichever colour comes first."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_the_grounds_are_those_of_the_styles() -> None:
    """What is checked here is what readers see."""
    text = (Path(liveguide.__file__).parent / "frontend/styles/props.css").read_text()
    found = re.search(r"--ground: light-dark\((#\w+), (#\w+)\)", text)

    assert found is not None
    assert found.groups() == GROUNDS


@pytest.mark.parametrize("colour", ["#1f4fd1", "#0a6b72", "#8a1c5f"])
def test_a_good_accent(colour: str) -> None:
    """It can be read on the light ground, and a lighter one of its hue on the dark."""
    assert check_accent(colour, dark=False) is None
    assert check_accent(dark_accent(colour), dark=True) is None


def test_an_accent_that_can_not_be_read() -> None:
    """The message says how much contrast there is, and which way to go."""
    assert check_accent("#ffcc00", dark=False) == (
        "the accent '#ffcc00' can't be read on the light ground: its contrast there is 1.4 to 1, "
        "and text needs 4.5; take a darker one"
    )
    assert "on the dark ground" in str(check_accent("#1f4fd1", dark=True))
    assert check_accent("blue", dark=False) == (
        "'blue' is not a colour; write it as '#1f4fd1', in quotes"
    )


def test_ink_and_mixture() -> None:
    """Text on a colour is what can be read there; a mixture lies between its two."""
    assert (ink_on("#1f4fd1"), ink_on("#93b4ff")) == GROUNDS
    assert mixed("#ffffff", "#000000", 0.5) == "#808080"
