"""Notes on lines of code: marks, and the numbered list that they lead to."""

from __future__ import annotations

import pytest

from .conftest import Render, messages

MARK = (
    '<a class="annotation" href="#note-{0}-{1}" aria-label="Note {1}" data-note="{1}"></a></span>'
)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "x = 1  # (1)!"),
        ("js", "x = 1 // (1)!"),
        ("css", "x = 1 /* (1)! */"),
        ("html", "x = 1 <!-- (1)! -->"),
        ("sql", "x = 1 -- (1)!"),
        ("ini", "x = 1 ; (1)!"),
    ],
)
def test_a_mark_becomes_a_link_to_its_note(render: Render, language: str, line: str) -> None:
    """The comment, of whatever language, leaves the code; the link and the item stand for it."""
    page = render(f"```{language}\n{line}\n```\n\n1. The *note*.\n")

    assert messages(page) == []
    assert MARK.format(1, 1) in page.html
    assert "(1)" not in page.html
    notes = '<ol class="annotations">\n<li id="note-1-1">The <em>note</em>.</li>\n</ol>'
    assert notes in page.html


def test_each_code_of_a_page_has_notes_of_its_own(render: Render) -> None:
    """In tabs, lists and quotes, and two on one line."""
    page = render(
        "```python\nx # (1)! (2)!\n```\n\n1. a\n2. b\n\n"
        '=== "Tab"\n\n    - item\n\n        ```python\n        y # (1)!\n        ```\n\n'
        "        1. c\n\n"
        "> ```python\n> z # (1)!\n> ```\n>\n> 1. d\n"
    )

    assert messages(page) == []
    ids = ["note-1-1", "note-1-2", "note-2-1", "note-3-1"]
    assert [page.html.count(f'id="{id_}"') for id_ in ids] == [1, 1, 1, 1]
    assert [page.html.count(f'href="#{id_}"') for id_ in ids] == [1, 1, 1, 1]


def test_a_snippet_runs_without_its_marks(render: Render) -> None:
    """What runs, is copied and edited is the code alone."""
    page = render("```js\nnew WebSocket(x) // (1)!\nlog()\n```\n\n1. a\n")

    assert [snippet.code for snippet in page.snippets] == ["new WebSocket(x)\nlog()"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "```python\nx # (1)!\n```\n\ntext\n",
            "this code has a mark such as (1)!, but no numbered list right below it; "
            "add one, or remove the mark",
        ),
        (
            "```python\nx # (2)!\n```\n\n1. a\n",
            "the mark (2)! has no note; the list below has 1",
        ),
    ],
)
def test_a_mark_without_a_note_is_reported(render: Render, text: str, message: str) -> None:
    """With the line of its fence."""
    assert messages(render(text)) == [f"guide/page.md:1: warning: {message}"]


def test_markdown_shows_how_marks_are_written(render: Render) -> None:
    """A fence that shows Markdown keeps them, and has no warning."""
    page = render("````markdown\n```python\nx # (1)!\n```\n````\n\ntext\n")

    assert messages(page) == []
    assert "(1)!" in page.html


def test_a_list_below_plain_code_stays_as_it_is(render: Render) -> None:
    """Nothing is added to a list after code without marks."""
    page = render("```python\nx = f(1)\n```\n\n1. a\n")

    assert "<ol>\n<li>a</li>\n</ol>" in page.html
