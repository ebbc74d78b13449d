"""Whatever an author leaves unfinished, a page is rendered or its fault is told with a line."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder.collecting import collect_sources
from liveguide.builder.extensions.quick_blocks import QuickBlocksExtension
from liveguide.builder.extensions.quick_inline import QuickInlineExtension
from liveguide.builder.extensions.quick_tree import QuickTreeExtension
from liveguide.builder.rendering import Renderer
from liveguide.settings import Settings

PIECES = (
    '=== "A"', '===! "B"', "=== C", '===+ "', "??? note", '???+ tip "T"', "???", "!!! warning",
    "```python ins=9 del=x wrap=1", "```js run=always", "```", "````", "x = 1  # (1)!", "1. note",
    "- [x] done", "- [ ]", "> quote", "> ::: div", "::: div class=a", ":::", "++ctrl+", "++a+b++",
    "~~gone", "==mark==", "| a | b |", "|---|---|", '![A](flow.svg "T"){ .inline }', "![](p.png)",
    "[^1]", "[^1]: note", "<div>", "</div>", "text", "", "",
)  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><g id="a"/></svg>'


def unfinished(rng: random.Random) -> dict[str, str]:
    """Return pages of pieces in any order and at any depth."""
    pages = {}
    for number in range(40):
        lines = (" " * 4 * rng.choice((0, 0, 1, 2)) + rng.choice(PIECES) for _ in range(25))
        pages[f"page{number}.md"] = "\n".join(lines) + "\n"
    return pages


@pytest.mark.parametrize("seed", range(8))
def test_unfinished_text(
    write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path, seed: int
) -> None:
    """Pieces in any order and at any depth raise nothing, and leave no placeholder in the page."""
    pages = unfinished(random.Random(seed))
    guide = write_tree({**pages, "flow.svg": SVG})
    sources, _ = collect_sources(guide, tmp_path / "site")
    renderer = Renderer(guide, sources, Settings())

    for name, text in pages.items():
        page = renderer.render(sources.files[name])
        assert not {"\x02", "\x03"} & set(page.html), text
        assert all(problem.line is None or problem.line > 0 for problem in page.problems)
        assert "wzxhzdk" not in page.html, text


def test_the_quick_ways_change_nothing(
    write_tree: Callable[[Mapping[str, str]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With all that pages may use, they are what Markdown's own loops make of them."""
    pages = unfinished(random.Random(11))
    guide = write_tree({**pages, "flow.svg": SVG})
    sources, _ = collect_sources(guide, tmp_path / "site")
    quick = Renderer(guide, sources, Settings())
    for quickened in (QuickBlocksExtension, QuickInlineExtension, QuickTreeExtension):
        monkeypatch.setattr(quickened, "extendMarkdown", lambda *_: None)
    plain = Renderer(guide, sources, Settings())

    for name, text in pages.items():
        one, other = (renderer.render(sources.files[name]) for renderer in (quick, plain))
        assert one.html == other.html, text
        assert one.problems == other.problems
