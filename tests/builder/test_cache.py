"""What is kept beside a site from one process to the next: used, mistrusted, thrown away."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repository import Repository

import liveguide
from liveguide.builder import freshness
from liveguide.builder.memory import Memory
from liveguide.builder.site import BuildReport, build_site

from .conftest import Files, tree

GUIDE, SITE, CACHE = Path("guide"), Path("site"), Path(".liveguide/cache/site")
FILES = {
    "README.md": (
        "---\nextra: {since: 2026-01-02, '': x, b: !!binary aGk=}\n---\n# Home\n\n[a](a.md)\n"
    ),
    "a.md": "# A\n\n```js\nnew WebSocket('x')\n```\n",
    "_theme/templates/_crumbs.html": "<p>{{ page.extra }}</p>\n",
}


def build(memory: Memory | None = None) -> BuildReport:
    """Build as a process of its own would."""
    return build_site(GUIDE, SITE, memory=memory)


def clean() -> dict[str, bytes]:
    """Return every file of the site that is built from nothing."""
    build_site(GUIDE, Path("clean"), memory=Memory())
    return tree(Path("clean"))


@pytest.fixture(autouse=True)
def _built(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build a guide once."""
    monkeypatch.chdir(tmp_path)
    write_tree(FILES)
    assert build().written


def edit_one_page() -> None:
    """Change the page that the other does not depend on."""
    Path("guide/a.md").write_text("# A\n\nOther words.\n")


def test_nothing_is_written_where_nothing_has_changed(rendered: list[str]) -> None:
    """The site is the very same folder."""
    before = SITE.stat().st_ino

    report = build()

    assert (report.unchanged, report.written, report.pages) == (True, True, 2)
    assert (SITE.stat().st_ino, rendered) == (before, [])


def test_nothing_is_loaded_where_nothing_has_changed() -> None:
    """Markdown, Pygments, Tornado and YAML are for builds that have something to do."""
    code = (
        "import sys; from pathlib import Path; from liveguide.builder.site import build_site; "
        "assert build_site(Path('guide'), Path('site')).unchanged; print(*sys.modules)"
    )

    loaded = {"markdown", "pygments", "tornado", "yaml", "minify", "PIL", "multiprocessing"}
    assert not loaded & _printed(code)


def _printed(code: str) -> set[str]:
    """Return the words that a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(liveguide.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_code_that_has_not_changed_is_not_highlighted_again() -> None:
    """Pygments takes longer to load than such a page to render."""
    page = Path("guide/a.md")
    page.write_text(page.read_text().replace("# A\n", "# A\n\nMore words.\n"))
    code = (
        "import sys; from pathlib import Path; from liveguide.builder.site import build_site; "
        "assert build_site(Path('guide'), Path('site'), jobs=1).written; print(*sys.modules)"
    )

    loaded = _printed(code)

    assert "markdown" in loaded
    assert "pygments" not in loaded
    assert tree(SITE) == clean()


def test_another_process_renders_only_what_has_changed(rendered: list[str]) -> None:
    """Its site is, to the byte, that of a clean build."""
    edit_one_page()

    report = build()

    assert (rendered, report.unchanged) == (["a.md"], False)
    assert tree(SITE) == clean()


def test_a_warning_is_told_by_every_build() -> None:
    """A build that does nothing says again what is wrong."""
    Path("guide/a.md").write_text("# A\n\n[x](none.md)\n")
    first, again = build(), build()

    assert again.unchanged
    assert first.problems == again.problems != []
    assert not build_site(GUIDE, SITE, strict=True).written


def test_what_is_asked_for_otherwise_is_built() -> None:
    """Drafts and the address are part of what a site is made of."""
    Path("guide/draft.md").write_text("---\ndraft: true\n---\n# Draft\n")
    assert build().pages == 2

    assert build_site(GUIDE, SITE, drafts=True).pages == 3
    assert build_site(GUIDE, SITE, url="https://docs.example.org/").pages == 2
    assert Path("site/sitemap.xml").is_file()


@pytest.mark.parametrize("damage", ["edit", "delete", "add"])
def test_a_site_that_somebody_has_changed_is_written_anew(damage: str) -> None:
    """Nothing of it is kept."""
    expected = tree(SITE)
    if damage == "edit":
        Path("site/a.html").write_text("<p>Something else</p>")
    elif damage == "delete":
        Path("site/a.html").unlink()
    else:
        Path("site/more.html").write_text("<p>More</p>")

    assert not build().unchanged
    assert tree(SITE) == expected


def modes() -> set[int]:
    """Return which rights the site's files have."""
    return {stat.S_IMODE(path.stat().st_mode) for path in SITE.rglob("*") if path.is_file()}


def test_a_site_has_the_rights_that_files_have_now() -> None:
    """What was built for us alone is not kept when it is to be read by others."""
    before = os.umask(0o077)
    try:
        build()
        assert modes() == {0o600}
        os.umask(0o022)
        build()
        assert modes() == {0o644}
    finally:
        os.umask(before)


def test_a_file_whose_rights_somebody_has_changed_is_written_anew() -> None:
    """A server that may not read a page answers 403."""
    expected = modes()
    Path("site/a.html").chmod(0)

    assert not build().unchanged
    assert modes() == expected


def test_a_link_to_the_guide_that_leads_elsewhere_is_noticed() -> None:
    """*Edit this page* names the real folder."""
    settings = "repository: https://github.com/a/b\n"
    Path("guide/liveguide.yaml").write_text(settings)
    shutil.copytree("guide", "docs2")
    GUIDE.rename("docs1")
    GUIDE.symlink_to("docs1")
    build()
    assert "/docs1/a.md" in Path("site/a.html").read_text()
    GUIDE.unlink()
    GUIDE.symlink_to("docs2")

    build()

    assert "/docs2/a.md" in Path("site/a.html").read_text()


def test_a_cache_that_is_deleted_is_made_again(rendered: list[str]) -> None:
    """It may be deleted at any time."""
    for path in sorted(CACHE.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    CACHE.rmdir()

    report = build()

    assert (sorted(rendered), report.notes) == (["README.md", "a.md"], [])
    assert build().unchanged


@pytest.mark.parametrize("content", [b"", b"{}", b"\x80\x04.", b"0" * 32 + b"\n{}"])
def test_a_damaged_index_is_told_and_all_is_built(content: bytes) -> None:
    """Half a file, another program's file, one that somebody has planted."""
    (CACHE / "index.json").write_bytes(content)
    edit_one_page()

    report = build()

    assert report.notes == [
        f"the cache {CACHE.resolve()}/index.json is damaged, so all is built anew"
    ]
    assert tree(SITE) == clean()
    assert build().notes == []


def test_a_damaged_page_is_told_and_all_is_built() -> None:
    """What a disk has damaged, or somebody has planted, never reaches a reader."""
    for path in (CACHE / "pages").iterdir():
        path.write_bytes(path.read_bytes().replace(b"Home", b"Evil"))
    edit_one_page()

    report = build()

    assert "is not what was written), so all is built anew" in report.notes[0]
    assert tree(SITE) == clean()
    assert build().unchanged


def test_a_damaged_text_of_a_page_is_told_and_all_is_built() -> None:
    """It is found late, when the page is written."""
    for path in (CACHE / "pages").iterdir():
        content = path.read_bytes()
        path.write_bytes(content.replace(b'<h1 id="home">Home', b'<h1 id="home">Evil'))
        assert path.read_bytes() != content
    Path("guide/a.md").write_text("---\ntitle: Other title\n---\n")

    report = build()

    assert "is not what was written), so all is built anew" in report.notes[0]
    assert tree(SITE) == clean()


def test_a_cache_that_others_may_write_is_not_used(rendered: list[str]) -> None:
    """Whoever writes into it decides what pages say."""
    CACHE.chmod(0o777)

    report = build()

    fault = "others may write into it; delete it"
    assert report.notes == [f"the cache {CACHE.resolve()} is not used: {fault}"]
    assert sorted(rendered) == ["README.md", "a.md"]


def test_a_cache_that_is_a_link_is_not_used(tmp_path: Path) -> None:
    """It could lead anywhere."""
    CACHE.rename("elsewhere")
    CACHE.symlink_to(tmp_path / "elsewhere")

    assert build().notes[0].endswith("is not used: it is a link; delete it")


def test_a_cache_that_can_not_be_made_is_not_used() -> None:
    """The site is built all the same."""
    CACHE.rename("elsewhere")
    CACHE.write_text("A file in its place.")
    edit_one_page()

    assert build().notes == [f"the cache {CACHE.resolve()} is not used: File exists"]
    assert tree(SITE) == clean()


def test_a_cache_that_can_not_be_written_is_told() -> None:
    """The site is built all the same, and again by the next build, which finds nothing."""
    (CACHE / "index.json").unlink()
    (CACHE / "index.json").mkdir()
    edit_one_page()

    report = build()

    assert report.notes == [f"the cache {CACHE.resolve()} can't be written: Is a directory"]
    assert tree(SITE) == clean()
    assert not build().unchanged


@pytest.mark.parametrize("folder", [CACHE, CACHE / "pages"])
def test_a_read_only_cache_is_not_used(folder: Path) -> None:
    """One line says what to do."""
    folder.chmod(0o500)
    edit_one_page()
    command = [sys.executable, "-m", "liveguide.builder"]
    if os.geteuid() == 0:  # who may write anywhere
        command = ["setpriv", "--bounding-set=-dac_override", *command]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    folder.chmod(0o700)
    fault = "it can't be written; delete it"
    assert f"the cache {CACHE.resolve()} is not used: {fault}\n" in done.stdout + done.stderr
    assert tree(SITE) == clean()


def test_a_cache_of_another_release_is_not_used(
    rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another release may make other pages; nobody needs to be told."""
    monkeypatch.setattr(freshness, "releases", lambda names: "markdown-0.0.dist-info")

    assert build().notes == []
    assert sorted(rendered) == ["README.md", "a.md"]


def test_a_commit_is_noticed() -> None:
    """Pages say when they were last changed."""
    repository = Repository(Path())
    repository.commit("Add", {"guide/README.md": "# Home\n"}, day=3)
    assert not build().unchanged
    repository.commit("Change", {"guide/a.md": "# A\n\nText.\n"}, day=9)

    build()

    assert "2026-01-09" in Path("site/a.html").read_text()
    assert "2026-01-03" in Path("site/index.html").read_text()
    assert build().unchanged


def test_a_git_that_failed_is_told_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once git is well again, the site is that of a clean build."""
    Repository(Path()).commit("Add", {"guide/README.md": "# Home\n"}, day=3)
    with monkeypatch.context() as without_git:
        without_git.setenv("PATH", str(tmp_path))
        report = build()
    fault = "git can't be run (No such file or directory)"
    assert report.notes == [f"git log failed: {fault}; pages have no dates"]
    assert not freshness.is_current(GUIDE, SITE)

    assert build().notes == []
    assert "2026-01-03" in Path("site/index.html").read_text()
    assert tree(SITE) == clean()
    assert build().unchanged


def test_a_repository_without_a_commit_is_no_failure() -> None:
    """The first build may come before the first commit."""
    Repository(Path())

    assert build().notes == []
    assert build().unchanged


def test_only_pages_that_are_needed_are_kept() -> None:
    """Others go once no other build can be about to use them."""
    old = {path.name for path in (CACHE / "pages").iterdir()}
    for path in (CACHE / "pages").iterdir():
        os.utime(path, (1, 1))
    edit_one_page()

    build()

    index = json.loads((CACHE / "index.json").read_bytes().split(b"\n", 1)[1])
    kept = {path.name for path in (CACHE / "pages").iterdir()}
    assert kept == {name.split(" ")[1] for name in index["pages"].values()}
    assert old < kept  # of the old pack, one page is needed


def test_a_cache_does_not_grow_for_ever(rendered: list[str]) -> None:
    """Pages that are needed are gathered once most of what is kept is not."""
    (GUIDE / "a.md").write_text("# A\n\n" + "Many words.\n" * 50_000)
    build()
    edit_one_page()
    build()
    for path in (CACHE / "pages").iterdir():
        os.utime(path, (1, 1))
    (GUIDE / "a.md").write_text("# A\n\nMore words.\n")

    build()

    assert sum(path.stat().st_size for path in (CACHE / "pages").iterdir()) < 100_000
    rendered.clear()
    edit_one_page()
    build()
    assert rendered == ["a.md"]
    assert tree(SITE) == clean()
