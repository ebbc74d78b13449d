"""
Split a page into its front matter and its body.

Front matter is YAML between a first line of `---` and the next line of `---`
or `...`. A page may have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..errors import Problem, SourceError, did_you_mean
from ..settings import wrong_language
from ..yamlfile import YAMLMapping, kind_of, parse_yaml, wrong_character

Kind = Literal["text", "a whole number", "true or false", "a mapping"]


class Key(NamedTuple):
    """
    A key that front matter gives a meaning to.

    Attributes:

        kind: What its value must be, in the words that its author reads.

        meaning: What it is for, in one sentence; editors show it.
    """

    kind: Kind
    meaning: str


KEYS: Mapping[str, Key] = {
    "title": Key("text", "The page's title; without it, its first heading or the file's name."),
    "prefix": Key("text", "A shorter name for the navigation."),
    "icon": Key("text", "An image beside the page, in the navigation and above the title."),
    "desc": Key("text", "One sentence: the lead, and what search engines show."),
    "image": Key("text", "The picture that other sites show with a link; the build makes one."),
    "by": Key("text", "The author."),
    "type": Key("text", "A badge, such as microservice."),
    "order": Key("a whole number", "Sorts the navigation; pages without it follow by name."),
    "nav": Key(
        "true or false",
        "false leaves the page, or a folder's page and all below it, out of the navigation.",
    ),
    "draft": Key("true or false", "true keeps the page out of the site until it is ready."),
    "search": Key(
        "true or false", "Whether the search finds the page; it does unless this is false."
    ),
    "lang": Key("text", "The page's language, such as de."),
    "unsafe-eval": Key("true or false", "Lets scripts on this page call eval."),
    "extra": Key("a mapping", "Keys of your own, for templates of your own."),
}
"""Every key, in the order in which the guide explains them. The JSON Schema is made from it."""


@dataclass(frozen=True)
class FrontMatter:
    """
    A page, split.

    Attributes:

        values: Every key of the front matter.

        lines: The line of each key.

        body: The Markdown below it.

        body_line: The line of the file on which the body begins, from 1.

        problems: An error for each value of the wrong type, which is left out, and a warning
            for each key that means nothing.
    """

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    body: str = ""
    body_line: int = 1
    problems: list[Problem] = field(default_factory=list)

    def text(self, key: str) -> str:
        """Return the text under *key*, or an empty string."""
        return str(self.values.get(key) or "")


def split_front_matter(text: str, path: str) -> FrontMatter:
    """
    Split the text of a page.

    Raises:

        SourceError: The block is never closed, is not YAML or not a mapping.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return FrontMatter(body=text)
    end = _end(lines)
    if end is None:
        raise SourceError(
            path, 1, "the front matter is never closed; end it with a line of '---' or '...'"
        )
    values = parse_yaml("\n".join(lines[1:end]), path, first_line=2)
    body, body_line = "\n".join(lines[end + 1 :]), end + 2
    if values is None:
        return FrontMatter(body=body, body_line=body_line)
    if not isinstance(values, YAMLMapping):
        raise SourceError(
            path, 2, f"front matter is lines of 'key: value', but this is {kind_of(values)}"
        )
    places = {key: mark.line for key, mark in values.marks.items()}
    wrong = {key: fault for key in values if (fault := _fault(key, values[key]))}
    problems = [
        Problem(path, places[key], fault, column=values.marks[key].column)
        for key, fault in wrong.items()
    ]
    problems += [_unknown(key, path, places[key]) for key in values if key not in KEYS]
    kept = {key: value for key, value in values.items() if key not in wrong}
    return FrontMatter(kept, places, body, body_line, problems)


def says_draft(text: str, path: str) -> bool:
    """
    Return whether the front matter of a page, by YAML's rules, says that it is a draft.

    Raises:

        SourceError: It is not YAML.
    """
    lines = text.split("\n")
    end = _end(lines) if lines[0].rstrip() == "---" else None
    block = "\n".join(lines[1:end]) if end else ""
    # Most pages say nothing of it; with a backslash, a key may be written in other letters.
    if "draft" not in block.casefold() and "\\" not in block:
        return False
    values = parse_yaml(block, path, first_line=2)
    return isinstance(values, YAMLMapping) and any(
        key.casefold() == "draft" and value is True for key, value in values.items()
    )


def _end(lines: list[str]) -> int | None:
    return next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)


def _unknown(key: str, path: str, line: int) -> Problem:
    fix = did_you_mean(key, KEYS) or "; put keys of your own below 'extra:'"
    return Problem(path, line, f"front matter has no key {key!r}{fix}", "warning")


def _fault(key: str, value: Any) -> str | None:
    """Return what is wrong with the value of a key, or `None`."""
    if value is None or key not in KEYS:
        return None
    expected = KEYS[key].kind
    if _is_of(value, expected):
        wrong = next(filter(None, map(wrong_character, _texts(value))), None)
        if wrong:
            return f"{key!r}: {wrong}"
        return wrong_language(value) if key == "lang" and value else None
    quotable = expected == "text" and not isinstance(value, (dict, list))
    fix = "; put it in quotes" if quotable else ""
    return f"{key!r} must be {expected}, but it is {kind_of(value)}{fix}"


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_of(value: Any, kind: Kind) -> bool:
    if kind == "text":
        return isinstance(value, str)
    if kind == "true or false":
        return isinstance(value, bool)
    if kind == "a mapping":
        return isinstance(value, dict)
    return isinstance(value, int) and not isinstance(value, bool)
