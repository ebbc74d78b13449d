"""Tables, and what scrolls where they are too wide."""

from __future__ import annotations

import pytest

from .conftest import Render, messages

TABLE = "| a | b |\n|---|--:|\n| `c|d` | *e* |\n"


@pytest.mark.parametrize("before", ["", "- item\n\n", "!!! note\n\n", '=== "Tab"\n\n'])
def test_each_table_stands_in_a_scroller(render: Render, before: str) -> None:
    """Wherever it stands."""
    indent = "    " if before else ""
    page = render(before + "".join(f"{indent}{line}\n" for line in TABLE.splitlines()))

    assert messages(page) == []
    assert page.html.count('<div class="table-scroll">\n<table>') == 1
    assert "<td><code>c|d</code></td>" in page.html


def test_tables_follow_each_other(render: Render) -> None:
    """The scroller of one does not hold the next."""
    html = render(f"{TABLE}\n{TABLE}\ntext\n").html

    assert html.count("</table>\n</div>") == 2
    assert html.endswith("<p>text</p>")
