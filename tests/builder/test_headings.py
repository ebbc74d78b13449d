"""Headings: their ids and links, and ten thousand of them."""

from __future__ import annotations

import re

import pytest

from .conftest import Render, messages


def test_a_heading_links_to_itself(render: Render) -> None:
    """Every heading has an id, and a link to it."""
    page = render("# Über *das* `Web`\n\n## Why?\n")

    links = re.findall(r'<h(\d) id="([^"]*)">.*?<a class="headerlink" href="([^"]*)"', page.html)
    assert links == [("1", "über-das-web", "#über-das-web"), ("2", "why", "#why")]


def test_ids_are_stable_and_unique(render: Render) -> None:
    """Headings of one name count up in page order, and an id of the author's own is kept."""
    page = render("## Why\n\n## Why\n\n## Other {: #mine }\n\n## !!!\n\n## Why\n")

    assert re.findall(r'<h2 id="([^"]*)"', page.html) == ["why", "why_1", "mine", "_1", "why_2"]
    assert messages(page) == []


def test_a_heading_ends_its_block(render: Render) -> None:
    """A heading needs no blank line around it."""
    page = render("text\n# One\ntext\n## Two\n- item\n")

    assert re.sub(r"<a class.*?</a>|\n", "", page.html) == (
        '<p>text</p><h1 id="one">One</h1><p>text</p><h2 id="two">Two</h2><ul><li>item</li></ul>'
    )


def test_a_hash_in_code_is_no_heading(render: Render) -> None:
    """Comments in fences, indented code and scripts are left alone."""
    page = render("```py\n# a\nb\n```\n\n    # c\n    d\n\n<pre>\n# e\nf\n</pre>\n")

    assert "<h1" not in page.html
    assert "# c\nd" in page.html
    assert "# e\nf" in page.html


def test_contents_are_nested(render: Render) -> None:
    """`[TOC]` shows the headings, nested, in its place and in the page's side column."""
    page = render("[TOC]\n\n# A & B\n\n## B\n\n### C\n\n## D `x`\n")

    assert page.has_contents
    assert [entry.name for entry in page.contents] == ["A &amp; B"]
    assert [(entry.id, entry.name) for entry in page.contents[0].children] == [
        ("b", "B"),
        ("d-x", "D x"),
    ]
    assert page.contents[0].children[0].children[0].id == "c"
    assert re.sub(r"\s*\n\s*", "", page.html).startswith(
        '<div class="toc"><ul><li><a href="#a-b">A &amp; B</a><ul><li><a href="#b">B</a>'
        '<ul><li><a href="#c">C</a></li></ul></li><li><a href="#d-x">D x</a></li></ul></li></ul>'
    )


def test_a_page_without_the_marker_has_no_contents_in_its_text(render: Render) -> None:
    """Without `[TOC]`, or with it in code only, they stand beside the text alone."""
    page = render("# A\n\n`[TOC]`\n\n```\n[TOC]\n```\n")

    assert [entry.id for entry in page.contents] == ["a"]
    assert not page.has_contents


@pytest.mark.long
def test_ten_thousand_headings(render: Render) -> None:
    """A page of ten thousand headings of one name, without a blank line, is rendered."""
    page = render("# Same\n" * 10_000)

    assert messages(page) == []
    assert page.html.count("<h1 ") == 10_000
    assert 'id="same_9999"' in page.html


@pytest.mark.long
def test_ten_thousand_headings_with_contents(render: Render) -> None:
    """So is one of ten thousand headings with blank lines, and their contents."""
    source = "\n\n".join(f"## Heading {number}" for number in range(10_000))

    page = render("[TOC]\n\n" + source)

    assert messages(page) == []
    assert len(page.contents) == 10_000
