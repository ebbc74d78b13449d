"""Markdown that is written to keep a build busy for ever, or to bring it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder import rendering
from liveguide.builder.collecting import collect_sources
from liveguide.builder.rendering import Renderer
from liveguide.builder.site import build_site
from liveguide.settings import Settings

pytestmark = pytest.mark.long

WriteTree = Callable[[Mapping[str, str]], Path]

NEXT = "- a\n\n    > *b*\n"
NEXT_AS_HTML = """\
<ul>
<li>
<p>a</p>
<blockquote>
<p><em>b</em></p>
</blockquote>
</li>
</ul>"""
HOSTILE = {
    "brackets": "[" * 8_000,
    "pictures": "![a](" * 5_000,
    "links that are never closed": "[a](b" * 5_000,
    "links": "[a](/) " * 20_000,
    "tags that are never closed": "<a " * 8_000,
    "attributes that are never closed": '<p style="' * 3_000,
    "an element with many attributes": "<a " + 'b="c" ' * 20_000 + "x",
    "comments": "<!--" * 5_000,
    "CDATA": "<![CDATA[" * 5_000,
    "processing instructions": "<?" * 5_000,
    "declarations": "<!x " * 5_000,
    "scripts that are never closed": "<script>" * 3_000,
    "elements in elements": "<div>\n\n" * 3_000,
    "Markdown in elements": '<div markdown="1">\n\n' * 300 + "</div>\n\n" * 300,
    "angles": "<" * 20_000,
    "ampersands": "&" * 50_000,
    "addresses": "<http://" * 5_000,
    "mail addresses": "<a@" * 5_000,
    "lists in lists": "".join("    " * n + "- x\n" for n in range(1_000)),
    "items in items": "- " * 1_000 + "x",
    "numbered lists in lists": "".join("   " * n + "1. x\n" for n in range(200)),
    "quotes in quotes": ">" * 1_000 + " x",
    "quotes in lists": "> - " * 300 + "x",
    "definitions in definitions": "a\n" + "".join("    " * n + ":   x\n" for n in range(200)),
    "notes in notes": "".join("    " * n + "!!! note\n" for n in range(200)),
    "blocks in blocks": "".join("    " * n + "::: div\n" for n in range(200)),
    "blocks": "::: div\n    x\n\n" * 1_000,
    "a block's name": "::: " * 5_000,
    "fences": "```\n" * 5_001,
    "fences in fences": "".join("`" * n + "\n" for n in range(3, 500)),
    "strong text that is never closed": "**a" * 10_000,
    "marks that are never opened": "a* " * 10_000 + "b_ " * 10_000,
    "marks in marks": "**a _b " * 5_000 + " c_ d**" * 5_000,
    "marks across marks": "_a*b_" * 5_000,
    "stars": "*" * 20_000,
    "code that is never closed": "".join("`" * n + " a " for n in range(1, 300)),
    "quotation marks": "\"'" * 10_000,
    "dashes": "-" * 50_000 + "x",
    "backslashes": "\\" * 50_000,
    "spaces": " " * 200_000 + "x",
    "empty lines": "\n" * 200_000 + "x",
    "a long line": "word " * 200_000,
    "a long word": "a" * 1_000_000,
    "a wide table": "|a" * 1_000 + "\n" + "|-" * 1_000 + "\n" + ("|1" * 1_000 + "\n") * 20,
    "a long table": "a|b\n-|-\n" + "1|2\n" * 5_000,
    "footnotes": "".join(f"a[^{n}] " for n in range(2_000))
    + "".join(f"\n\n[^{n}]: b" for n in range(2_000)),
    "footnotes that are not there": "[^a]" * 5_000,
    "references": "".join(f"[a][{n}] " for n in range(2_000))
    + "\n\n"
    + "".join(f"[{n}]: /\n" for n in range(2_000)),
    "a reference's name": "[" + "a" * 100_000 + "]: b\n\nc",
    "abbreviations": "".join(f"*[A{n}]: b\n" for n in range(500)) + "\n" + "A1 " * 500,
    "an attribute list": "# a {" + " .b" * 20_000 + " }",
    "attribute lists that are never closed": '{: a="' * 5_000,
    "headings": "# a\n" * 2_000,
    "underlined headings": "a\n=\n" * 2_000,
    "tabs": '=== "a"\n\n    x\n\n' * 500,
    "folded blocks": "".join("    " * n + "??? note\n" for n in range(200)),
    "tasks": "- [ ] a\n" * 2_000,
    "keys": "++" * 10_000,
}


@pytest.fixture(name="hurried")
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each page little time: what matters is that it ends, and how."""
    monkeypatch.setattr(rendering, "SECONDS_PER_PAGE", 0.1)


# The limit may strike inside a callback of the collector, which only tells of it; it strikes again.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_page_is_rendered_or_given_up_with_its_line(write_tree: WriteTree, text: str) -> None:
    """Within its budget it becomes HTML, or an error with a line; the next page is as if alone."""
    guide = write_tree({"hostile.md": text, "next.md": NEXT})
    sources, _ = collect_sources(guide, guide / "site")
    renderer = Renderer(guide, sources, Settings())

    with pytest.MonkeyPatch.context() as hurried:
        # What matters is that it ends, and how.
        hurried.setattr(rendering, "SECONDS_PER_PAGE", 0.1)
        hostile = renderer.render(sources.files["hostile.md"])
    after = renderer.render(sources.files["next.md"])

    errors = [problem for problem in hostile.problems if problem.severity == "error"]
    assert hostile.html or errors
    assert all(problem.line for problem in errors), errors
    assert after.html == NEXT_AS_HTML


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    "text",
    [
        "[" * 8_000,
        "![a](" * 5_000,
        "- " * 1_000 + "x",
        ">" * 1_000 + " x",
        "<a " * 8_000,
        "**a _b " * 5_000 + " c_ d**" * 5_000,
    ],
    ids=lambda text: text[:9],
)
def test_the_line_is_that_of_what_takes_long(write_tree: WriteTree, text: str) -> None:
    """The error names the place in the file, front matter counted."""
    guide = write_tree({"page.md": f"---\ntitle: T\n---\n# One\n\nTwo.\n\n{text}\n\nThree.\n"})
    sources, _ = collect_sources(guide, guide / "site")

    page = Renderer(guide, sources, Settings()).render(sources.files["page.md"])

    assert [problem.line for problem in page.problems] == [8]


@pytest.mark.usefixtures("hurried")
def test_other_pages_still_tell_their_errors(write_tree: WriteTree, tmp_path: Path) -> None:
    """A page that is given up does not hide what is wrong elsewhere."""
    guide = write_tree({"a.md": "[" * 8_000, "b.md": "```js\n", "c.md": "[x](nowhere.md)\n"})

    report = build_site(guide, tmp_path / "site")

    assert not report.written
    assert [Path(problem.path).name for problem in report.problems] == ["a.md", "b.md", "c.md"]
