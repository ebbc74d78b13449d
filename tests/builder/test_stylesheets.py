"""One stylesheet for each page, with what is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liveguide.builder.site import build_site


@pytest.fixture(name="styles_of")
def _styles_of(tmp_path: Path):
    """Return a function that builds one page and returns the stylesheets that it links."""

    def styles_of(markdown: str) -> list[tuple[str, str]]:
        guide, site = tmp_path / "guide", tmp_path / "site"
        guide.mkdir()
        (guide / "README.md").write_text(f"# Page\n\n{markdown}\n")
        report = build_site(guide, site, copies=False)
        assert report.written, report.problems
        page = (site / "index.html").read_text()
        links = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
        return [(link, (site / link).read_text()) for link in links]

    return styles_of


def test_a_page_of_prose_links_one_stylesheet_without_code_and_live_panes(styles_of) -> None:
    """What is not on a page is not in its stylesheet."""
    [(name, text)] = styles_of("Some *words*.")

    assert name == "_liveguide/front/styles/page.css"
    assert ".site-header" in text
    assert ".live-panes" not in text
    assert ".highlight :is(" not in text


def test_a_page_with_code_has_its_colours_in_the_same_stylesheet(styles_of) -> None:
    """Highlighted code brings the colours of its tokens, and no second request."""
    [(name, text)] = styles_of("```python\nreturn 1\n```")

    assert name == "_liveguide/front/styles/page-code.css"
    assert ".highlight :is(.k" in text
    assert ".live-panes" not in text


def test_a_page_with_numbered_lines_has_what_numbers_them(styles_of) -> None:
    """Only numbered or stressed lines bring their styles."""
    [(name, text)] = styles_of("```python linenums=1\nreturn 1\n```")

    assert name == "_liveguide/front/styles/page-code-lines.css"
    assert ".line[data-line]::before" in text


def test_a_page_with_a_snippet_has_its_panes_in_the_same_stylesheet(styles_of) -> None:
    """A runnable snippet brings the styles of its panes, and no second request."""
    [(name, text)] = styles_of("```js\nnew WebSocket('ws')\n```")

    assert name == "_liveguide/front/styles/page-code-live.css"
    assert ".live-panes" in text


def test_layers_keep_their_order_when_styles_are_joined(styles_of) -> None:
    """The order of the cascade is stated before any rule, and the shortened text keeps it."""
    [(_, text)] = styles_of("Some words.")

    assert text.startswith("@layer base,content,layout,highlight,elements,site;")
