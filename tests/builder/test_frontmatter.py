"""Front matter and body, and every fault that front matter may have."""

from __future__ import annotations

import pytest

from liveguide.builder.frontmatter import FrontMatter, split_front_matter
from liveguide.errors import SourceError


@pytest.mark.parametrize("end", ["---", "...", "---  ", "...\t"])
def test_front_matter_ends_with_dashes_or_dots(end: str) -> None:
    """Three dashes or three dots close the block; the body begins on the next line."""
    page = split_front_matter(f"---\ntitle: T\ndesc: D\n{end}\n\nbody\n", "page.md")

    assert page == FrontMatter(
        {"title": "T", "desc": "D"}, {"title": 2, "desc": 3}, "\nbody\n", body_line=5
    )


@pytest.mark.parametrize(
    "text", ["", "body\n", "\n---\ntitle: T\n---\n", "--- x\n", "----\n", "...\n", "# ---\n"]
)
def test_a_page_may_have_none(text: str) -> None:
    """What does not begin with a line of three dashes is body from its first line."""
    assert split_front_matter(text, "page.md") == FrontMatter(body=text)


@pytest.mark.parametrize("inside", ["", "# a comment\n", "\n\n"])
def test_front_matter_may_be_empty(inside: str) -> None:
    """A block without keys is front matter all the same."""
    page = split_front_matter(f"---\n{inside}---\nbody", "page.md")

    assert page.values == {}
    assert page.body == "body"
    assert page.body_line == inside.count("\n") + 3


def test_every_key_is_kept() -> None:
    """Keys that we do not know, of whatever type, reach the template; ours may be empty."""
    page = split_front_matter("---\nlayout: [a, b]\nn: 1\ntitle:\norder: 3\n---\n", "page.md")

    assert page.values == {"layout": ["a", "b"], "n": 1, "title": None, "order": 3}
    assert page.text("title") == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "---\ntitle: T\n\nbody\n",
            "1: error: the front matter is never closed; end it with a line of '---' or '...'",
        ),
        ("---\n- a\n---\n", "2: error: front matter is lines of 'key: value', but this is a list"),
        ("---\ntitle\n---\n", "2: error: front matter is lines of 'key: value', but this is text"),
        (
            "---\ndesc: x\ntitle: a: b\n---\n",
            "3:9: error: this is not valid YAML: mapping values are not allowed in this context; "
            "quote a value that contains a colon and a space",
        ),
        (
            "---\ntitle: T\n\ntitle: U\n---\n",
            "4:1: error: the key 'title' is already on line 2; remove one",
        ),
    ],
)
def test_faults(text: str, message: str) -> None:
    """Each fault names the line of the file, the value and the likely fix."""
    with pytest.raises(SourceError) as caught:
        split_front_matter(text, "page.md")

    assert str(caught.value) == f"page.md:{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "---\ntitle: 1.10\n---\n",
            "2:1: error: 'title' must be text, but it is a number; put it in quotes",
        ),
        (
            "---\nprefix: no\n---\n",
            "2:1: error: 'prefix' must be text, but it is true or false; put it in quotes",
        ),
        ("---\nicon: [a]\n---\n", "2:1: error: 'icon' must be text, but it is a list"),
        ("---\nx: 1\ndesc: {a: b}\n---\n", "3:1: error: 'desc' must be text, but it is a mapping"),
        (
            "---\nby: 2024-01-01\n---\n",
            "2:1: error: 'by' must be text, but it is a date; put it in quotes",
        ),
        (
            "---\ntype: 7\n---\n",
            "2:1: error: 'type' must be text, but it is a number; put it in quotes",
        ),
        ("---\norder: first\n---\n", "2:1: error: 'order' must be a whole number, but it is text"),
        (
            "---\norder: yes\n---\n",
            "2:1: error: 'order' must be a whole number, but it is true or false",
        ),
        (
            "---\nunsafe-eval: please\n---\n",
            "2:1: error: 'unsafe-eval' must be true or false, but it is text",
        ),
        (
            "---\nlang: german\n---\n",
            "2:1: error: 'german' is no language code; write it as 'de'",
        ),
    ],
)
def test_values_of_the_wrong_type(text: str, message: str) -> None:
    """Each is an error with its place and fix, and the page is rendered without it."""
    page = split_front_matter(text, "page.md")

    errors = [problem for problem in page.problems if problem.severity == "error"]
    assert [str(problem) for problem in errors] == [f"page.md:{message}"]


def test_every_fault_is_told() -> None:
    """Whoever mends one need not build again to hear of the next."""
    page = split_front_matter("---\ntitle: 1\norder: x\nby: B\nlang: german_x\n---\n", "x.md")

    assert [problem.line for problem in page.problems] == [2, 3, 5]
    assert page.values == {"by": "B"}


def test_a_key_that_means_nothing() -> None:
    """It is a warning with its line, and with the key that may have been meant."""
    page = split_front_matter("---\ntitel: A\nlayout: wide\nextra:\n  layout: wide\n---\n", "x.md")

    assert [str(problem) for problem in page.problems] == [
        "x.md:2: warning: front matter has no key 'titel'; did you mean 'title'?",
        "x.md:3: warning: front matter has no key 'layout'; put keys of your own below 'extra:'",
    ]
    assert page.values["extra"] == {"layout": "wide"}
