"""The folder of what pages load of ours: its name changes with what is in it, and only then."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one process does all the work")
@pytest.mark.parametrize(("jobs", "is_loaded"), [("1", "True"), ("2", "False")])
def test_another_process_shortens_the_front_end(
    write_tree: Callable[[Mapping[str, str]], Path], tmp_path: Path, jobs: str, is_loaded: str
) -> None:
    """The library takes time and memory of which the build's own process has none to spare."""
    guide = write_tree(FILES)
    code = (
        "import sys\n"
        "from liveguide.builder.cli import main\n"
        "main(sys.argv[1:])\n"
        "print('minify' in sys.modules)\n"
    )
    options = [guide, "--output", tmp_path / "site", "--quiet", "--jobs", jobs]
    done = subprocess.run(
        [sys.executable, "-c", code, *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.split() == [is_loaded]
    (folder,) = (tmp_path / "site/_liveguide").glob("*/styles")
    assert "\n" not in (folder / "page.css").read_text()
