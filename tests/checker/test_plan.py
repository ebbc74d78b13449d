"""What a check expects of a guide, read from its sources."""

from __future__ import annotations

import pytest

from liveguide.builder.extensions.snippets import first_statement
from liveguide.checker.plan import PlannedExample, PlannedSnippet, plan_guide

from .conftest import WriteTree

SNIPPET = "new WebSocket('x')"


def test_every_page_is_planned_with_its_address(write_tree: WriteTree) -> None:
    """Pages without snippets are opened too, each where the build puts it."""
    guide = write_tree({"README.md": "# Home\n", "a/intro.md": "# Intro\n", "a/demo.html": "<p>"})

    plan = plan_guide(guide, guide / "site")

    assert [(page.path, page.url) for page in plan.pages] == [
        (str(guide / "README.md"), ""),
        (str(guide / "a/intro.md"), "a/intro.html"),
    ]
    assert plan.problems == []


def test_a_snippet_is_known_by_its_line_its_title_and_its_script(write_tree: WriteTree) -> None:
    """The line is the fence's in the file, front matter included; the source link is no title."""
    text = (
        f'---\ntitle: T\n---\n\n```js title="Say <hello>"\n{SNIPPET}\n```\n\n```js file=a.js\n```\n'
    )
    guide = write_tree({"page.md": text, "a.js": f"{SNIPPET}\n"})

    pages = plan_guide(guide, guide / "site").pages

    told = [(snippet.line, snippet.name, snippet.stated) for snippet in pages[0].snippets]
    assert told == [(5, "Say <hello>", ""), (9, "a.js", "")]
    assert all(s.script.startswith("_liveguide/snippets/page/") for s in pages[0].snippets)


def test_a_snippet_without_a_title_is_called_by_its_code(write_tree: WriteTree) -> None:
    """Its first line that is no comment is its name."""
    guide = write_tree({"page.md": f"```js\n// why\n{SNIPPET}\n```\n"})

    pages = plan_guide(guide, guide / "site").pages

    assert [snippet.name for snippet in pages[0].snippets] == [SNIPPET]


def test_code_that_does_not_run_is_not_planned(write_tree: WriteTree) -> None:
    """Fences that only show code are no snippets."""
    guide = write_tree({"page.md": f"```js run=never\n{SNIPPET}\n```\n\n```python\nx\n```\n"})

    pages = plan_guide(guide, guide / "site").pages

    assert pages[0].snippets == []


def test_what_a_page_states_is_planned(write_tree: WriteTree) -> None:
    """An option, a block of output, and a text that a demo shows."""
    text = (
        f"```js expect=hello\n{SNIPPET}\n```\n\n```js\n{SNIPPET}\n```\n\n```output\na\nb\n```\n\n"
        "::: example href=demo.html expect='Good morning'\n    Demo\n"
    )
    guide = write_tree({"page.md": text, "demo.html": "<p>"})

    pages = plan_guide(guide, guide / "site").pages

    assert [snippet.expected for snippet in pages[0].snippets] == [["hello"], ["a", "b"]]
    assert [(one.line, one.expected) for one in pages[0].examples] == [(14, "Good morning")]


def test_a_chain_is_one_snippet_on_the_line_of_its_last_part(write_tree: WriteTree) -> None:
    """Its parts run as one program, so there is one thing to check."""
    text = f"```js chain=a\nconst b = 1\n```\n\n```js chain=a title=Last\n{SNIPPET}\n```\n"
    guide = write_tree({"page.md": text})

    pages = plan_guide(guide, guide / "site").pages

    assert [(snippet.line, snippet.name) for snippet in pages[0].snippets] == [(5, "Last")]


def test_an_example_is_known_by_its_label_and_its_demo(write_tree: WriteTree) -> None:
    """Demos of this site and of others are planned."""
    text = (
        "::: example href=demo.html\n    **Chat** room\n\n"
        "::: example href=https://example.org/\n    Elsewhere\n"
    )
    guide = write_tree({"page.md": text, "demo.html": "<p>"})

    pages = plan_guide(guide, guide / "site").pages

    assert [(example.name, example.href) for example in pages[0].examples] == [
        ("Chat room", "demo.html"),
        ("Elsewhere", "https://example.org/"),
    ]


def test_errors_of_all_pages_are_told_and_warnings_are_not(write_tree: WriteTree) -> None:
    """A check needs a guide that can be built; a broken link does not forbid it."""
    guide = write_tree({"b.md": "```js\n", "a.md": "[x](no.md)\n\n~~~\n"})

    problems = plan_guide(guide, guide / "site").problems

    assert [(problem.path, problem.line) for problem in problems] == [
        (str(guide / "a.md"), 3),
        (str(guide / "b.md"), 1),
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("const a = 1\nb()", "const a = 1"),
        ("\n// why\n/* and\n * how\n */\n  b()", "b()"),
        ("// only a comment", "// only a comment"),
        ("x" * 100, "x" * 60 + "..."),
        ("", "an empty snippet"),
    ],
)
def test_the_first_statement_names_code(code: str, name: str) -> None:
    """Comments and blank lines are passed over, unless there is nothing else."""
    assert first_statement(code) == name


def test_what_is_stated_is_read_from_json() -> None:
    """The lines that must be logged are those in the attribute, and none where there is none."""
    stated = '{"lines": ["a", "b"], "match": "exact", "order": "strict"}'

    assert PlannedSnippet(1, stated=stated).expected == ["a", "b"]
    assert PlannedSnippet(1).expected == []
    assert PlannedExample(1).expected == ""
