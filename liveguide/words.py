"""
The words of the interface, in the language of each page.

English stands where it is used, in templates and in scripts: `say("Copy")`. `words/de.yaml` has the
German for each text, and so on. A text that a language lacks stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from .errors import SourceError
from .textfile import read_text
from .yamlfile import YAMLMapping, kind_of, parse_yaml

WORDS = Path(__file__).parent / "words"

Say = Callable[..., str]
"""Takes a text in English, and its values by name; returns it in one language."""

_NAME = re.compile(r"\{(\w+)\}")
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw khw ks ku nqo prs ps sd syr ug ur yi".split())


@cache
def words_of(language: str) -> Mapping[str, str]:
    """
    Return the words of a language, by the English text; empty where there are none.

    Args:

        language: A language tag, as in HTML's `lang`; `de-AT` has the words of `de`.

    Raises:

        SourceError: The file of the words is not lines of `English: text`.
    """
    path = WORDS / f"{_primary(language)}.yaml"
    if not path.is_file():
        return {}
    words = parse_yaml(read_text(path), str(path))
    if not isinstance(words, YAMLMapping):
        raise SourceError(str(path), 1, f"words are a mapping, but this is {kind_of(words)}")
    for text, word in words.items():
        if not isinstance(word, str):
            line = words.line_of(text)
            raise SourceError(str(path), line, f"the word for {text!r} is not text; quote it")
    return dict(words)


@cache
def say_in(language: str) -> Say:
    """Return the function that says a text of the interface in *language*."""
    words = words_of(language)

    def say(text: str, **values: object) -> str:
        return _NAME.sub(lambda found: str(values[found[1]]), words.get(text, text))

    return say


def direction_of(language: str) -> str:
    """Return `rtl` for a language that is written from right to left, else `ltr`."""
    subtags = language.lower().split("-")
    if "latn" in subtags:
        return "ltr"
    return "rtl" if subtags[0] in _RIGHT_TO_LEFT or "arab" in subtags else "ltr"


def _primary(language: str) -> str:
    primary = language.lower().split("-")[0]
    return primary if primary.isalnum() else "en"
