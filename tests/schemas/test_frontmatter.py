"""The schema of front matter beside the reader of it."""

from __future__ import annotations

import pytest

from liveguide.builder.frontmatter import KEYS, split_front_matter
from liveguide.schemas.frontmatter import schema

from .checking import faults


def test_it_has_the_keys_and_no_others() -> None:
    """The schema is made from the reader's table."""
    assert list(schema()["properties"]) == list(KEYS)


WRONG = {"text": "[1]", "a whole number": "yes", "true or false": "1", "a mapping": "1"}


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_one_type(key: str) -> None:
    """The schema and the reader refuse the same wrong value, and let a key be empty."""
    text = f"{key}: {WRONG[KEYS[key].kind]}\n"

    (problem,) = split_front_matter(f"---\n{text}---\n", "x.md").problems
    assert problem.severity == "error"
    assert len(faults("frontmatter", text)) == 1
    assert split_front_matter(f"---\n{key}:\n---\n", "x.md").values == {key: None}
    assert faults("frontmatter", f"{key}:\n") == []


@pytest.mark.parametrize("written", ["de", "pt-BR", "zh-Hant-TW", "german", "de_DE"])
def test_the_schema_and_the_reader_agree_on_languages(written: str) -> None:
    """What one refuses, the other does."""
    problems = split_front_matter(f"---\nlang: {written}\n---\n", "x.md").problems

    assert bool(problems) == bool(faults("frontmatter", f"lang: {written}\n"))


def test_a_key_that_means_nothing_is_underlined() -> None:
    """The build warns of it too; keys of one's own stand below `extra`."""
    assert [p.severity for p in split_front_matter("---\ntitel: T\n---\n", "x.md").problems] == [
        "warning"
    ]
    assert len(faults("frontmatter", "titel: T\n")) == 1
    assert faults("frontmatter", "extra: {titel: T}\n") == []
