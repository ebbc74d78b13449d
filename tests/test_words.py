"""The words of the interface: every language has every one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import liveguide
from liveguide.errors import SourceError
from liveguide.words import WORDS, direction_of, say_in, words_of

ROOT = Path(liveguide.__file__).parent
LANGUAGES = sorted(path.stem for path in WORDS.glob("*.yaml"))
# Buttons and panes say the texts that they are given.
IN_SCRIPTS = re.compile(r"\b(?:say|button)\(\s*'([^']*)'|\bsuper\('([^']*)', '([^']*)'")
IN_TEMPLATES = re.compile(r'\bsay\("([^"]*)"')
IN_PYTHON = re.compile(r'\bsay(?:_in\([\w.]+\))?\(\s*"([^"]*)"')
PLACES = re.compile(r"\{(\w+)\}")


def said() -> Iterator[str]:
    """Yield every text of the interface, in English."""
    for path in sorted((ROOT / "frontend").rglob("*.js")):
        if "vendor" not in path.parts and "development" not in path.parts:
            for groups in IN_SCRIPTS.findall(path.read_text()):
                yield from filter(None, groups)
    for path in sorted(ROOT.glob("*/templates/*.html")):
        yield from IN_TEMPLATES.findall(path.read_text())
    for path in sorted((ROOT / "builder").rglob("*.py")):
        yield from IN_PYTHON.findall(path.read_text())


def test_the_texts_are_found() -> None:
    """Texts of scripts, templates and Python are among them."""
    assert {"Copied", "Run", "Wire", "Skip to the content", "Home"} <= set(said())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_and_no_other(language: str) -> None:
    """What is said in English is said in each language."""
    assert set(words_of(language)) == {*said(), "Name of this language"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_same_places_for_values(language: str) -> None:
    """A translation puts in what the English text puts in."""
    for text, word in words_of(language).items():
        assert set(PLACES.findall(text)) == set(PLACES.findall(word)), text


def test_a_language_is_found_by_its_first_part() -> None:
    """The German of Austria is German; a text that a language lacks stays English."""
    assert say_in("de-AT")("Copied") == "Kopiert"
    assert say_in("de")("Unheard of") == "Unheard of"
    assert say_in("xx")("Copied") == "Copied"
    assert say_in("../de")("Copied") == "Copied"


def test_values_are_put_in_once() -> None:
    """A value that looks like a place is a value."""
    assert say_in("de")("More in {label}", label="{label}") == "Mehr in {label}"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("az-Arab", "rtl"), ("fa-Latn", "ltr")],
)
def test_the_direction_of_a_language(language: str, direction: str) -> None:
    """By its name, or by its script where that is said."""
    assert direction_of(language) == direction


def test_a_file_of_words_that_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with its line."""
    monkeypatch.setattr("liveguide.words.WORDS", tmp_path)
    (tmp_path / "q1.yaml").write_text("Here: Hier\nThere: 1\n")
    (tmp_path / "q2.yaml").write_text("- Ja\n")

    with pytest.raises(SourceError, match=r"q1\.yaml:2: error: the word for 'There' is not text"):
        words_of("q1")
    with pytest.raises(SourceError, match=r"q2\.yaml:1: error: words are a mapping"):
        words_of("q2")
