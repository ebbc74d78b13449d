"""The folder of what pages load of ours: its name changes with what is in it, and only then."""

from __future__ import annotations

import json
import re

from .conftest import Build, Built

FILES = {"README.md": "# Home\n", "a.md": "# A\n", "_theme/styles.css": "a { color: #036 }"}
RED = {"_theme/styles.css": "a { color: #630 }"}


def _linked(built: Built, page: str = "index.html") -> set[str]:
    """Return the folders of ours from which a page loads scripts and styles."""
    return set(
        re.findall(r'(?:href|src)="(?:\.\./)*(_liveguide/\w+)/[^"]*\.(?:js|css)"', built.text(page))
    )


def test_pages_load_from_a_folder_that_is_named_by_a_hash(build: Build) -> None:
    """Scripts, styles and the runner stand there, and the manifest names it to servers."""
    built = build(FILES, copies=True)
    (folder,) = _linked(built)

    assert re.fullmatch("_liveguide/[0-9a-f]{12}", folder)
    assert _linked(built, "404.html") == set()  # its addresses count from the top
    assert f'"/{folder}/first.js"' in built.text("404.html")
    assert json.loads(built.text(".liveguide.json"))["front_end"] == folder
    names = {f"{folder}/{name}" for name in ("main.js", "runner.html", "styles/page.css")}
    assert names <= set(built.tree())


def test_the_name_stays_when_a_page_changes(build: Build) -> None:
    """Browsers go on using what they have."""
    before = _linked(build(FILES, copies=True))

    assert _linked(build({"a.md": "# Another\n"}, copies=True)) == before


def test_the_name_changes_with_the_site_s_own_styles(build: Build) -> None:
    """Every page loads from the new folder, the old one is gone, and a clean build is the same."""
    (old,) = _linked(build(FILES, copies=True))
    built = build(RED, copies=True)
    (new,) = _linked(built)

    assert old != new
    assert _linked(built, "a.html") == {new}
    assert not any(name.startswith(f"{old}/") for name in built.tree())
    assert build({}, site="clean/site", copies=True).tree() == built.tree()
    assert _linked(build({**FILES}, copies=True)) == {old}


def test_a_preview_s_stylesheet_changes_below_its_page(build: Build) -> None:
    """Where copies are left out, the folder has no hash: an open page swaps its styles."""
    page = build(FILES).text()
    built = build(RED)

    assert built.text() == page
    assert {path.rpartition(".")[2] for path in built.report.changed} == {"css"}
    assert "_liveguide/front/styles/page.css" in built.report.changed
