"""Lists that nest by two spaces, by four, or by whatever lines up."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from liveguide.builder.extensions.nested_lists import normalise_lists

from .conftest import Render

NESTED = "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"


def normalised(source: str) -> str:
    return "\n".join(normalise_lists(dedent(source).strip("\n").split("\n")))


def expected(source: str) -> str:
    return dedent(source).strip("\n")


@pytest.mark.parametrize(
    "source",
    [
        "- a\n  - b\n    - c\n- d\n",
        "- a\n    - b\n        - c\n- d\n",
        "* a\n   * b\n      * c\n* d\n",
        "- a\n  - b\n      - c\n- d\n",
    ],
    ids=["two", "four", "three", "mixed"],
)
def test_lists_nest_by_any_indentation(render: Render, source: str) -> None:
    """Nested items come out nested, whether by two, three or four spaces."""
    html = re.sub(r"\s*\n\s*", "", render(source).html)

    assert html == NESTED


def test_ordered_lists_nest_at_the_column_of_their_text(render: Render) -> None:
    """A list below `1. ` may be indented by three spaces."""
    html = re.sub(r"\s*\n\s*", "", render("1. a\n   - b\n2. c\n").html)

    assert html == "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"


def test_paragraphs_stay_in_their_item(render: Render) -> None:
    """A paragraph indented by two spaces below `- ` belongs to the item."""
    html = re.sub(r"\s*\n\s*", "", render("- a\n\n  more\n\n- b\n").html)

    assert html == "<ul><li><p>a</p><p>more</p></li><li><p>b</p></li></ul>"


def test_a_page_of_four_spaces_is_left_alone() -> None:
    """Lines that nest by four throughout come back as they were."""
    lines = ["- a", "    - b", "", "        c", "    code"]

    assert normalise_lists(lines) is lines


def test_an_item_that_goes_back_closes_the_lists_between() -> None:
    """An item at an outer column goes on with the outer list."""
    assert normalised(
        """
        - a
          - b
            - c
          - d
        - e
        """
    ) == expected(
        """
        - a
            - b
                - c
            - d
        - e
        """
    )


def test_a_paragraph_after_a_list_ends_it() -> None:
    """What follows an unindented paragraph counts from the margin again."""
    assert normalised(
        """
        - a
          - b

        text

            - code
        """
    ) == expected(
        """
        - a
            - b

        text

            - code
        """
    )


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("!!! note\n    x\n\n    - a\n      - b\n\nafter\n", "<p>x</p>{}</div><p>after</p>"),
        ("T\n:   D\n\n    - a\n      - b\n\nafter\n", "<p>D</p>{}</dd></dl><p>after</p>"),
        ("x[^1]\n\n[^1]: N\n\n    - a\n      - b\n\n    more\n", "<p>N</p>{}<p>more"),
        ("!!! note\n    text\n\n        code\n\n- a\n  - b\n", "<code>code</code></pre></div>{}"),
    ],
    ids=["admonition", "definition", "footnote", "after"],
)
def test_lists_nest_by_two_spaces_in_containers(render: Render, source: str, html: str) -> None:
    """Lists in an admonition, a definition or a footnote nest like those of the page."""
    got = re.sub(r"\s*\n\s*", "", render(source).html)

    assert html.format("<ul><li>a<ul><li>b</li></ul></li></ul>") in got


def test_a_lazy_line_goes_on_with_its_item() -> None:
    """A line at the margin, without a blank line before it, belongs to the paragraph above."""
    assert normalised(
        """
        - a
          - b
        lazy
          - c
        """
    ) == expected(
        """
        - a
            - b
        lazy
            - c
        """
    )


def test_a_rule_is_no_item() -> None:
    """`* * *` below a list is a rule, not a nested item."""
    lines = ["- a", "  - b", "", " * * *"]

    assert normalise_lists(lines)[-1] == " * * *"


def test_lines_of_a_script_are_no_lists(render: Render) -> None:
    """A script keeps every space, though its comments look like lists."""
    script = "<script>\n/**\n * one\n *   two\n */\nlet s = `\n  - a\n     - b\n`\n</script>"

    page = render(f"- a\n  - b\n\n{script}\n\nafter\n")

    assert script in page.html


def test_preformatted_html_is_no_list(render: Render) -> None:
    """A `<pre>` keeps every space, with or without lists around it."""
    pre = "<pre>\n - a\n   - b\n</pre>"

    page = render(f"{pre}\n\n- a\n  - b\n")

    assert pre in page.html
