"""Tabs, folded blocks, keys, deleted and marked text, task lists: rare, and free for others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder.collecting import collect_sources
from liveguide.builder.rendering import Renderer
from liveguide.settings import Settings

from .conftest import Render, messages

TABS = """\
=== "Python"

    ```python
    x = 1
    ```

=== "JavaScript"

    Text.
"""


def test_tabs_are_radio_buttons_that_work_without_a_script(render: Render) -> None:
    """Each tab is a button of one group, its label and what it holds; the first is chosen."""
    html = render(TABS).html

    assert html.count('type="radio"') == 2
    assert html.count('name="__tabbed_1"') == 2
    assert '<input checked id="__tabbed_1_1"' in html
    assert '<label for="__tabbed_1_1">Python</label><div class="tabbed-content">\n<figure' in html
    assert '<label for="__tabbed_1_2">JavaScript</label>' in html
    assert "<p>Text.</p>" in html


def test_everything_nests_in_tabs_and_folded_blocks(render: Render) -> None:
    """Tabs hold tabs, `:::` blocks, folded blocks, lists and snippets, whose lines stay right."""
    page = render(
        '=== "Outer"\n\n'
        '    === "Inner"\n\n'
        "        ::: div class=box\n"
        "            ??? note\n"
        "                ```js\n"
        "                new WebSocket('x')\n"
        "                ```\n\n"
        "        - a\n"
        "          - b\n"
        "            ```text\n"
        "            in the list\n"
        "            ```\n\n"
        "After.\n"
    )

    assert messages(page) == []
    assert [(snippet.line, snippet.code) for snippet in page.snippets] == [
        (7, "new WebSocket('x')")
    ]
    box = page.html.index('<div class="box">\n<details class="admonition folded note">')
    assert box < page.html.index("<live-snippet") < page.html.index("</details>\n</div>\n<ul>")
    assert re.search(r"<li>a<ul>\s*<li>\s*(<p>)?b(</p>)?\s*<figure", page.html)
    assert page.html.rstrip().endswith("</div>\n</div>\n</div>\n</div>\n<p>After.</p>")


def test_a_fault_in_a_tab_names_its_line(render: Render) -> None:
    """What is wrong deep inside is told with the line of the file."""
    page = render(
        '---\ntitle: T\n---\n\n??? tip "A"\n\n    === "B"\n\n        ```python hl_line=1\n'
        "        x\n        ```\n"
    )

    assert messages(page) == [
        "guide/page.md:9: warning: a fence has no option 'hl_line'; did you mean 'hl_lines'?"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=== Python\n\n    x\n", 'this is no tab; write === "Title"'),
        ('=== "Python\n\n    x\n', 'this is no tab; write === "Title"'),
        ('=== "Python"\n\nx\n', "this tab holds nothing"),
        ('=== "Python"\n\n  x\n', "this tab holds nothing"),
        ("??? note: More\n\n    x\n", 'this is no folded block; write ??? note "Title"'),
        ("??? note\n", "this folded block holds nothing"),
    ],
)
def test_what_is_only_like_a_tab_is_reported(render: Render, text: str, message: str) -> None:
    """A tab without quotes, or without anything in it, is a warning with its line and the fix."""
    assert messages(render(text)) == [
        f"guide/page.md:1: warning: {message}; indent what it holds by four spaces"
    ]


def test_marks_in_code_and_headings_are_nothing_rare(render: Render) -> None:
    """An underlined heading is no tab, and `==` in code marks nothing."""
    page = render("Title\n=====\n\nText `a == b` and c++.\n\n```text\n=== x\n??? y\n```\n")

    assert messages(page) == []
    assert page.title == "Title"
    assert "<code>a == b</code> and c++." in page.html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a ~~b~~ c", "<p>a <del>b</del> c</p>"),
        ("a ==b== c", "<p>a <mark>b</mark> c</p>"),
        ("a==b==c ~~ d", "<p>a==b==c ~~ d</p>"),
        (
            "++ctrl+k++",
            '<p><kbd class="keys"><kbd class="key-control">Ctrl</kbd>'
            '<span>+</span><kbd class="key-k">K</kbd></kbd></p>',
        ),
        (
            "- [x] a\n- [ ] b",
            '<ul class="task-list">\n'
            '<li class="task-list-item"><input aria-label="Done" type="checkbox" disabled checked/>'
            ' a</li>\n<li class="task-list-item">'
            '<input aria-label="To do" type="checkbox" disabled/> b</li>\n</ul>',
        ),
        (
            '???+ warning "Mind"\n    the gap',
            '<details class="admonition folded warning" open>\n<summary>Mind</summary>\n'
            "<p>the gap</p>\n</details>",
        ),
    ],
)
def test_each_syntax(render: Render, text: str, html: str) -> None:
    """What an author writes, and what a reader gets."""
    page = render(text + "\n")

    assert page.html == html
    assert messages(page) == []


def test_a_page_does_not_depend_on_those_before_it(
    write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    """What one page has turned on is off on the next: `\\+` and all else stay what they were."""
    rich = TABS + "\n~~a~~ ==b== ++ctrl++ \n\n- [ ] c\n\n??? note\n    d\n"
    plain = "a \\+ b \\= c \\~ d, [ ]x, x **y** z\n\n!!! note\n    *x*\n"
    guide = write_tree({"rich.md": rich, "plain.md": plain})
    sources, _ = collect_sources(guide, tmp_path / "site")
    renderer, fresh = (Renderer(guide, sources, Settings()) for _ in range(2))

    pages = [renderer.render(sources.files[name]).html for name in ("rich.md", "plain.md")]
    again = renderer.render(sources.files["rich.md"]).html

    assert pages[1] == fresh.render(sources.files["plain.md"]).html
    assert pages[0] == again
    assert "tabbed-set" in again
