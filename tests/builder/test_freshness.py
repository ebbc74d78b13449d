"""Whether a built site is still what its sources would give."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder import freshness
from liveguide.builder.freshness import is_current, read_manifest
from liveguide.builder.progress import Progress

from .conftest import Build, Built

GUIDE, SITE = Path("guide"), Path("site")


@pytest.fixture(name="built")
def _built(build: Build, tmp_path: Path) -> Built:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/x.conf").write_text("listen 80;\n")
    return build(
        {
            "README.md": "# Home\n\n```nginx file=../deploy/x.conf\n```\n",
            "logo.svg": "<svg/>",
            "ping.py": "x = 1\n",
            "liveguide.yaml": "include: [../deploy]\n",
        }
    )


def test_a_site_just_built_is_current(built: Built) -> None:
    """Right after a build nothing is to be done."""
    assert built.messages == []
    assert is_current(GUIDE, SITE)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Path("guide/README.md").write_text("# Other\n"),
        lambda: Path("guide/ping.py").write_text("x = 2\n"),
        lambda: Path("guide/liveguide.yaml").write_text("include: [../deploy]\ntitle: T\n"),
        lambda: Path("guide/new.txt").touch(),
        lambda: Path("guide/logo.svg").unlink(),
        lambda: Path("guide/logo.svg").rename("guide/logo2.svg"),
        lambda: Path("deploy/x.conf").write_text("listen 81;\n"),
        lambda: Path("deploy/x.conf").unlink(),
        lambda: Path("site/404.html").unlink(),
        lambda: Path("site/.liveguide.json").unlink(),
        lambda: Path("site/.liveguide.json").write_text("{"),
        lambda: Path("site/.liveguide.json").write_text("[]"),
        lambda: shutil.rmtree("site"),
    ],
    ids=[
        *("page", "python", "settings", "new", "removed", "renamed", "included", "not included"),
        *("no 404", "no manifest", "broken manifest", "odd manifest", "no site"),
    ],
)
def test_any_change_makes_it_stale(built: Built, change: Callable[[], object]) -> None:
    """What the build read, and what it wrote last, must be as it was."""
    change()

    assert not is_current(GUIDE, SITE)


def test_a_change_during_the_build_makes_it_stale(build: Build) -> None:
    """A page that is saved after it was read is not taken for what the site shows."""

    class Author(Progress):
        def step(self, what: str, done: int, total: int) -> None:
            Path("guide/README.md").write_text("# Better\n")

    built = build({"README.md": "# Home\n"}, progress=Author())

    assert "Better" not in built.text()
    assert not is_current(GUIDE, SITE)


def test_times_and_dot_files_do_not_count(built: Built) -> None:
    """A fresh clone has other times; an editor leaves files that no build reads."""
    os.utime("guide/README.md", (1, 1))
    Path("guide/.README.md.swp").touch()
    Path("guide/__pycache__").mkdir()
    Path("guide/__pycache__/ping.pyc").touch()

    assert is_current(GUIDE, SITE)


@pytest.mark.parametrize("link", ["guide/_theme", "guide/_theme/templates"])
def test_a_theme_behind_a_link_counts(build: Build, tmp_path: Path, link: str) -> None:
    """Several guides may share one; its files with a dot in front are used, too."""
    theme = tmp_path / "shared" if link == "guide/_theme" else tmp_path / "shared/_theme"
    for name in ("styles.css", "templates/.crumbs.html"):
        (theme / name).parent.mkdir(parents=True, exist_ok=True)
        (theme / name).write_text("")
    Path(link).parent.mkdir(parents=True, exist_ok=True)
    Path(link).symlink_to(theme / "templates" if link.endswith("templates") else theme)
    build({"README.md": "# Home\n"})
    assert is_current(GUIDE, SITE)

    (theme / "templates/.crumbs.html").write_text("<p>Crumbs</p>")

    assert not is_current(GUIDE, SITE)


def test_styles_behind_a_link_count(build: Build, tmp_path: Path) -> None:
    """A stylesheet that changes behind a linked theme makes the site stale."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "guide").mkdir()
    Path("guide/_theme").symlink_to(tmp_path / "shared")
    build({"README.md": "# Home\n", "_theme/styles.css": "h1 { color: red }"})
    assert is_current(GUIDE, SITE)

    (tmp_path / "shared/styles.css").write_text("h1 { color: blue }")

    assert not is_current(GUIDE, SITE)


def test_another_release_of_the_renderer_makes_it_stale(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site built with other versions of Markdown or Pygments is built anew."""
    monkeypatch.setattr(freshness, "releases", lambda names: "markdown-0.0.dist-info")

    assert not is_current(GUIDE, SITE)


def test_an_address_of_the_command_line_does_not_count(build: Build) -> None:
    """A server that starts on a site built with `--url` does not build it again without."""
    files = {"README.md": "# Home\n\n::: example href=demo.html\n    D\n", "demo.html": "<p>"}
    built = build(files, url="https://docs.example.org/")

    assert "https://docs.example.org/demo.html" in built.text()
    assert is_current(GUIDE, SITE)


def test_a_site_inside_the_guide_does_not_count(build: Build) -> None:
    """The output folder is no source, even where it is inside the guide."""
    build({"README.md": "# Home\n"}, site="guide/site")

    assert is_current(GUIDE, GUIDE / "site")
    pages = {"index.html", "_liveguide/front/runner.html"}
    assert read_manifest(GUIDE / "site")["policies"].keys() == pages


def test_asking_imports_no_renderer() -> None:
    """The server asks at every start, and must not wait for Markdown and Pygments."""
    code = (
        "import sys; import liveguide.builder.freshness; "
        "print(sorted({'markdown', 'pygments', 'tornado'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "[]\n"
