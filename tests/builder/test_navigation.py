"""The navigation: the tree of folders and pages, and the part that each page shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder.navigation import NavNode, Section, navigation_for, section_tree
from liveguide.builder.rendering import Renderer
from liveguide.builder.sources import collect_sources
from liveguide.settings import Settings

from .conftest import Files

FILES: Files = {
    "README.md": "# Home\n",
    "b.md": "# Beta\n",
    "a.md": "# zeta\n",
    "c.md": "---\ntitle: Last but first\nprefix: First\norder: 1\n---\n",
    "sub/README.md": "---\ntitle: Sub\norder: 2\nicon: logo.svg\n---\n",
    "sub/x.md": "# X\n",
    "sub/deep/y.md": "# Y\n",
    "sub/deep/z.md": "# Z\n",
    "other/README.md": "# Other\n",
    "other/inner.md": "# Inner\n",
    "assets/logo.png": "",
}


@pytest.fixture(name="top")
def _top(write_tree: Callable[[Files], Path]) -> Section:
    guide = write_tree(FILES)
    sources, _ = collect_sources(guide, guide / "site")
    renderer = Renderer(guide, sources, Settings())
    return section_tree([renderer.render(file) for file in sources.pages])


def shown(nodes: list[NavNode]) -> list[object]:
    """Return labels and addresses, nested; `*` marks the open page, `+` the way to it."""
    return [
        (
            ("*" if node.current else "+" if node.active else "") + node.label,
            node.href,
            *([shown(node.children)] if node.children else []),
        )
        for node in nodes
    ]


def test_reading_order(top: Section) -> None:
    """A folder's page comes first, then its members by `order` and by label, whatever the case."""
    assert [page.title for page in top.all_pages()] == [
        "Home", "Last but first", "Sub", "Y", "Z", "X", "Beta", "Other", "Inner", "zeta",
    ]  # fmt: skip


def test_the_home_page_shows_the_top(top: Section) -> None:
    """Folders that the open page is not in are closed; a folder without pages is not shown."""
    assert shown(navigation_for("", "", top, lambda *_: None)) == [
        ("*Home", "./"),
        ("First", "c.html"),
        ("Sub", "sub/"),
        ("Beta", "b.html"),
        ("Other", "other/"),
        ("zeta", "a.html"),
    ]


def test_a_page_shows_the_way_to_itself(top: Section) -> None:
    """Below the top, only the folders that the open page stands in are open."""
    assert shown(navigation_for("sub/deep/z.html", "sub/deep", top, lambda *_: None)) == [
        ("Home", "../../"),
        ("First", "../../c.html"),
        (
            "+Sub",
            "../",
            [("+deep", "y.html", [("Y", "y.html"), ("*Z", "z.html")]), ("X", "../x.html")],
        ),
        ("Beta", "../../b.html"),
        ("Other", "../../other/"),
        ("zeta", "../../a.html"),
    ]


def test_a_folder_without_a_page_leads_to_its_first(top: Section) -> None:
    """A folder that has no page of its own can be reached all the same."""
    (sub,) = [n for n in navigation_for("sub/", "sub", top, lambda *_: None) if n.label == "Sub"]

    assert (sub.current, sub.active) == (True, True)
    assert shown(sub.children) == [("deep", "deep/y.html"), ("X", "x.html")]


def test_icons_are_asked_for_as_the_open_page_writes_them(top: Section) -> None:
    """Each entry's icon is found for the address of the page that shows it."""
    nodes = navigation_for("a.html", "", top, lambda page, url: f"{page.title} from {url}")

    assert nodes[2].icon == "Sub from a.html"
