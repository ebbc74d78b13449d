"""The navigation: the tree of folders and pages, and the part that each page shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder import navigation
from liveguide.builder.collecting import collect_sources
from liveguide.builder.navigation import Branch, NavNode, navigation_for, navigation_trees
from liveguide.builder.rendering import Renderer
from liveguide.settings import read_settings

from .conftest import Build, Files

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

Tree = Callable[..., Branch]


@pytest.fixture(name="tree_of")
def _tree_of(write_tree: Callable[[Files], Path]) -> Tree:
    """Return a function that returns the tree of a guide given as files, of one language."""

    def tree_of(files: Files = FILES, language: str = "") -> Branch:
        guide = write_tree(files)
        settings = read_settings(guide)
        sources, _ = collect_sources(guide, guide / "site")
        renderer = Renderer(guide, sources, settings)
        pages = [renderer.render(file) for file in sources.pages]
        return navigation_trees(pages, settings)[language]

    return tree_of


def shown(nodes: list[NavNode]) -> list[object]:
    """Return labels and addresses, nested; `+` marks the way to the open page."""
    return [
        (
            ("+" if node.active else "") + node.label,
            node.href,
            *([shown(node.children)] if node.children else []),
        )
        for node in nodes
    ]


def way_to(tree: Branch, label: str) -> tuple[Branch, ...]:
    """Return the way to the branch with this label."""
    return next(way for way in tree.walk() if len(way) > 1 and way[-1].label == label)


def on(tree: Branch, label: str) -> list[object]:
    """Return what the page with this label shows."""
    way = way_to(tree, label)
    assert way[-1].page
    return shown(navigation_for(tree, way[-1].page.file.url, way, lambda *_: None))


def labels(tree: Branch) -> list[object]:
    """Return what is in a tree, as nested lists of labels."""
    return [[b.label, labels(b)] if b.branches else b.label for b in tree.branches]


def test_reading_order(tree_of: Tree) -> None:
    """A folder's page comes first, then its members by `order` and by label, whatever the case."""
    assert [page.title for page in tree_of().all_pages()] == [
        "Home", "Last but first", "Sub", "Y", "Z", "X", "Beta", "Other", "Inner", "zeta",
    ]  # fmt: skip


def test_a_small_tree_is_on_every_page(tree_of: Tree) -> None:
    """A folder without a page of its own has no address where its pages are shown below it."""
    assert on(tree_of(), "Home") == [
        ("+Home", "./"),
        ("First", "c.html"),
        (
            "Sub",
            "sub/",
            [
                ("deep", "", [("Y", "sub/deep/y.html"), ("Z", "sub/deep/z.html")]),
                ("X", "sub/x.html"),
            ],
        ),
        ("Beta", "b.html"),
        ("Other", "other/", [("Inner", "other/inner.html")]),
        ("zeta", "a.html"),
    ]


def test_of_a_large_tree_a_page_shows_the_way_to_itself(
    tree_of: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the top, only the sections that the open page stands in are open."""
    monkeypatch.setattr(navigation, "LARGEST_WHOLE", 5)
    tree = tree_of()

    assert on(tree, "Home")[2] == ("Sub", "sub/")
    assert on(tree, "Z") == [
        ("Home", "../../"),
        ("First", "../../c.html"),
        (
            "+Sub",
            "../",
            [("+deep", "", [("Y", "y.html"), ("+Z", "z.html")]), ("X", "../x.html")],
        ),
        ("Beta", "../../b.html"),
        ("Other", "../../other/"),
        ("zeta", "../../a.html"),
    ]
    assert on(tree, "X")[2] == (
        "+Sub",
        "./",
        [("deep", "deep/y.html"), ("+X", "x.html")],
    )


def test_the_icon_of_a_page_is_asked_for_with_the_page_that_shows_it(tree_of: Tree) -> None:
    """Whoever finds icons is given the page and the address that will link to it."""
    tree = tree_of()
    nodes = navigation_for(tree, "b.html", (), lambda page, url: f"{page.title} on {url}")

    assert [node.icon for node in nodes][:3] == [
        "Home on b.html",
        "Last but first on b.html",
        "Sub on b.html",
    ]


def test_what_nav_false_hides(tree_of: Tree) -> None:
    """`nav: false` hides a page, or a folder's page with all below it."""
    tree = tree_of(
        {
            "README.md": "# Home\n",
            "a.md": "---\nnav: false\n---\n# A\n",
            "b.md": "# B\n",
            "c/README.md": "---\nnav: false\n---\n# C\n",
            "c/d.md": "# D\n",
            "e/f.md": "---\nnav: false\n---\n# F\n",
        }
    )

    assert labels(tree) == ["Home", "B"]


def test_a_home_page_may_be_hidden(tree_of: Tree) -> None:
    """`nav: false` there hides that page alone."""
    hidden = tree_of({"README.md": "---\nnav: false\n---\n# Home\n", "a.md": "# A\n"})
    assert labels(hidden) == ["A"]


def test_the_navigation_of_the_settings(tree_of: Tree) -> None:
    """Entries are pages, folders with all that is in them, labels for either, and headings."""
    settings = "navigation:\n- zuerst: b.md\n- Learn:\n  - sub/\n  - README.md\n- Else: other/\n"
    tree = tree_of({**FILES, "liveguide.yaml": settings})

    assert labels(tree) == [
        "zuerst",
        ["Learn", [["Sub", [["deep", ["Y", "Z"]], "X"]], "Home"]],
        ["Else", ["Inner"]],
    ]


def test_an_entry_that_leads_nowhere_is_an_error(build: Build) -> None:
    """It names the line of the settings, and what may have been meant."""
    built = build({"a.md": "# A\n", "liveguide.yaml": "navigation:\n- a.md\n- X:\n  - b/a.md\n"})

    assert built.messages == [
        "guide/liveguide.yaml:4: error: the navigation names 'b/a.md', and there is no such page; "
        "did you mean 'a.md'?"
    ]


def test_a_language_has_a_tree_of_its_own(tree_of: Tree) -> None:
    """The folder that is named for a language is no section of the site's own navigation."""
    files = {
        "README.md": "# Home\n",
        "a.md": "# A\n",
        "de/README.md": "# Start\n",
        "de/a.md": "# A auf Deutsch\n",
        "liveguide.yaml": "languages: [de]\n",
    }

    assert labels(tree_of(files)) == ["Home", "A"]
    assert labels(tree_of(files, "de")) == ["Start", "A auf Deutsch"]


def test_pages_of_a_section_share_the_navigation_but_for_the_mark(build: Build) -> None:
    """Only the open page's own entry is marked, on each page."""
    built = build(FILES)
    marked = [
        part.split('"', 1)[0]
        for output in ("sub/x.html", "sub/index.html", "sub/deep/y.html", "index.html")
        for part in built.text(output).split('<a href="')[1:]
        if part.split(">", 1)[0].endswith('aria-current="page"')
    ]

    assert marked == ["x.html", "./", "y.html", "./"]
