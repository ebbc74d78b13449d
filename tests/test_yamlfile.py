"""YAML whose values remember their place, and every fault that it may have."""

from __future__ import annotations

import datetime
from textwrap import dedent
from typing import Any

import pytest

from liveguide.errors import SourceError
from liveguide.yamlfile import Mark, YAMLMapping, YAMLSequence, kind_of, parse_yaml


def test_keys_and_items_remember_their_places() -> None:
    """Mappings know the line and column of each key, lists those of each item."""
    values = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n", "file.yaml")

    assert values == {"a": 1, "b": ["x", {"c": 2}]}
    assert values.marks == {"a": Mark(1, 1), "b": Mark(2, 1)}
    assert values["b"].marks == [Mark(3, 5), Mark(4, 5)]
    assert values["b"][1].line_of("c") == 4
    assert values.line_of("nothing") == 1


def test_lines_count_from_the_file() -> None:
    """A document that begins further down counts its lines from the top of the file."""
    values = parse_yaml("a: 1\nb: 2\n", "page.md", first_line=5)

    assert values.line_of("b") == 6
    assert values.mark == Mark(5, 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("text", "text"),
        ("1.10", 1.1),
        ("no", False),
        ("2024-01-31", datetime.date(2024, 1, 31)),
        ("- a\n- b\n", ["a", "b"]),
    ],
)
def test_scalars_are_those_of_yaml(text: str, value: Any) -> None:
    """Scalars are read by the rules of PyYAML's safe loader."""
    assert parse_yaml(text, "file.yaml") == value


def test_anchors_and_merges() -> None:
    """A mapping takes over the keys of another with `<<`, and its own keys win."""
    values = parse_yaml(
        dedent(
            """\
            base: &base {x: 1, y: 2}
            more: &more {y: 3, z: 4}
            one:
              <<: *base
              x: 5
            all:
              x: 6
              <<: [*base, *more]
            """
        ),
        "file.yaml",
    )

    assert values["one"] == {"x": 5, "y": 2}
    assert values["all"] == {"x": 6, "y": 2, "z": 4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "2:1: error: the key 'a' is already on line 1; remove one"),
        (
            "a:\n  b: 1\n  c: 2\n  b: 3\n",
            "4:3: error: the key 'b' is already on line 2; remove one",
        ),
        ("1: a\n", "1:1: error: the key 1 is not text; quote it"),
        ("on: a\n", "1:1: error: the key True is not text; quote it"),
        ("? [a]\n: b\n", "1:3: error: the key of type a list is not text; quote it"),
        (
            "a: b: c\n",
            "1:5: error: this is not valid YAML: mapping values are not allowed in this context; "
            "quote a value that contains a colon and a space",
        ),
        (
            "a:\n\tb: 1\n",
            "2:1: error: this is not valid YAML: found character that cannot start any token; "
            "indent with spaces, not tabs, and quote a value that begins with one of @ ` % & *",
        ),
        (
            "a: @b\n",
            "1:4: error: this is not valid YAML: found character that cannot start any token; "
            "indent with spaces, not tabs, and quote a value that begins with one of @ ` % & *",
        ),
        (
            "a: 'b\n",
            "2:1: error: this is not valid YAML: found unexpected end of stream; "
            "close the quote or bracket that is still open; it begins on line 1",
        ),
        (
            "a: [b\n",
            "2:1: error: this is not valid YAML: did not find expected ',' or ']'; "
            "close the list with ']'; it begins on line 1",
        ),
        (
            "a: [\n",
            "2:1: error: this is not valid YAML: did not find expected node content; quote a value "
            "that begins with one of , ] }, or close the bracket that is still open",
        ),
        (
            "a: {b: c\n",
            "2:1: error: this is not valid YAML: did not find expected ',' or '}'; "
            "close the mapping with '}'; it begins on line 1",
        ),
        (
            "a: 1\n b: 2\n",
            "2:3: error: this is not valid YAML: mapping values are not allowed in this context; "
            "quote a value that contains a colon and a space",
        ),
        (
            "a:\n    b: 1\n  c: 2\n",
            "3:3: error: this is not valid YAML: did not find expected key; "
            "line the keys of one mapping up under each other",
        ),
        (
            "  a: 1\n b: 2\n",
            "2:2: error: this is not valid YAML: did not find expected <document start>; "
            "line the keys of one mapping up under each other",
        ),
        (
            "a: 1\nb\n",
            "3:1: error: this is not valid YAML: could not find expected ':'; "
            "put a colon and a space after the key",
        ),
        (
            "a: *b\n",
            "1:4: error: this is not valid YAML: found undefined alias; "
            "quote a value that begins with '*'",
        ),
        (
            "a: !b c\n",
            "1:4: error: this is not valid YAML: could not determine a constructor for the tag "
            "'!b'; quote a value that begins with '!'",
        ),
        (
            "a: 2024-13-01\n",
            "1:4: error: this value can't be read (month must be in 1..12); quote it",
        ),
        ("a: " + "[" * 1000, "1: error: this YAML is nested too deeply to be read; flatten it"),
        (
            "a: " + "{b: " * 100 + "c",
            "1: error: this YAML is nested too deeply to be read; flatten it",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    """Each fault names its line and column, and the likely fix."""
    with pytest.raises(SourceError) as caught:
        parse_yaml(text, "file.yaml")

    assert str(caught.value) == f"file.yaml:{message}"


def test_a_fault_further_down_counts_from_the_file() -> None:
    """The line of a fault counts from the top of the file as well."""
    with pytest.raises(SourceError) as caught:
        parse_yaml("a: 1\nb: [c\n", "page.md", first_line=2)

    assert caught.value.problem.line == 4
    assert caught.value.problem.message.endswith("; it begins on line 3")


def test_an_integer_of_thousands_of_digits() -> None:
    """Python's limit on the digits of an integer becomes an error with its place."""
    with pytest.raises(SourceError, match=r"^file.yaml:2:4: error: this value can't be read \("):
        parse_yaml("a: 1\nb: " + "9" * 5000, "file.yaml")


def test_control_characters() -> None:
    """A character that YAML forbids is named with its line."""
    with pytest.raises(SourceError) as caught:
        parse_yaml("a: é\nb: \x07\n", "file.yaml")

    assert str(caught.value) == (
        "file.yaml:2: error: it has the character U+0007, which YAML forbids; remove it"
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        ("x", "text"),
        (YAMLMapping(Mark(1, 1)), "a mapping"),
        (YAMLSequence(Mark(1, 1)), "a list"),
        (None, "empty"),
        (datetime.date(2024, 1, 1), "a date"),
    ],
)
def test_kinds_have_names(value: Any, kind: str) -> None:
    """A message calls a value's type by its name in YAML."""
    assert kind_of(value) == kind


def test_aliases_of_aliases_are_bounded() -> None:
    """A few lines that stand for a billion values are an error, not a full memory."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]

    with pytest.raises(SourceError, match="holds too many values; use fewer aliases"):
        parse_yaml("\n".join(lines), "x.yaml")
