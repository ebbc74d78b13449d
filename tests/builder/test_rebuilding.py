"""Building again and again: what is rendered and written, and that it is what a clean build is."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from liveguide.builder import rendering
from liveguide.builder.memory import Memory
from liveguide.builder.rebuilding import Rebuilder, Rebuilt
from liveguide.builder.site import BuildReport, build_site
from liveguide.builder.templating import Templates
from liveguide.builder.walking import MANIFEST

from .conftest import tree

pytestmark = pytest.mark.long

PAGE = "---\ntitle: {title}\norder: {order}\n---\n\n## Part of {title}\n\n{text}\n"
GUIDE = {
    "README.md": PAGE.format(title="Home", order=1, text="[a](a.md) [b](b/README.md)"),
    "a.md": PAGE.format(title="A", order=2, text="Text of A. [c](b/c.md#part-of-c)"),
    "b/README.md": PAGE.format(title="B", order=3, text="```python file=code.py\n```"),
    "b/c.md": PAGE.format(title="C", order=4, text="![p](picture.svg) [code](code.py.source)"),
    "b/code.py": "print('one')\n",
    "b/picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
    "b/demo.html": "<!doctype html><title>Demo</title><p>Demo</p>\n",
    "b/live.md": (
        "```js\nnew WebSocket('x')\n```\n\n::: example href=demo.html\n    Try it.\n\n"
        "```text file=../../outside/given.txt\n```\n"
    ),
    "liveguide.yaml": (
        "title: Guide\naccent: '#aa2200'\nurl: https://docs.example.org/\ninclude: [../outside]\n"
    ),
}


@pytest.fixture(name="guide")
def _guide(write_tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a guide whose pages depend on one another."""
    monkeypatch.chdir(tmp_path)
    write_tree(GUIDE)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/given.txt").write_text("from outside\n")
    return Path("guide")


@pytest.fixture(name="rebuilder")
def _rebuilder(guide: Path) -> Rebuilder:
    """Return a rebuilder that has built once."""
    rebuilder = Rebuilder(guide, Path("site"))
    first = rebuilder.build()
    assert first.written, first.problems
    return rebuilder


def edit(path: str, old: str, new: str) -> Path:
    """Replace a part of a file of the guide; return its path."""
    file = Path("guide", path)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


def clean(guide: Path) -> dict[str, bytes]:
    """Return every file of a site that is built from nothing."""
    shutil.rmtree("clean", ignore_errors=True)
    assert build_site(guide, Path("clean"), memory=Memory(), copies=False).written
    return tree(Path("clean"))


def pages_of(rebuilt: Rebuilt) -> set[str]:
    """Return the pages among what has changed."""
    return {output for output in rebuilt.outputs if output.endswith(".html")}


def test_a_page_that_changed_is_the_only_one_rendered_and_written(guide, rebuilder, rendered):
    """Its neighbours on disk are the very same files."""
    before = Path("site/b/index.html").stat().st_ino
    edit("a.md", "Text of A", "Another text")

    rebuilt = rebuilder.build()

    assert rendered == ["a.md"]
    assert "a.html" in rebuilt.outputs
    assert "Another text" in Path("site/a.html").read_text()
    assert Path("site/b/index.html").stat().st_ino == before


def test_nothing_changed_is_nothing_new(guide, rebuilder, rendered):
    """A build without a change renders nothing and reports nothing."""
    rebuilt = rebuilder.build()

    assert (rendered, rebuilt.outputs, rebuilt.written) == ([], [], True)


def test_an_included_file_is_part_of_its_page(guide, rebuilder, rendered):
    """The page that shows a file is rendered when the file changes, and only that page."""
    edit("b/code.py", "one", "two")

    rebuilt = rebuilder.build()

    assert rendered == ["b/README.md"]
    assert {"b/index.html", "b/code.py.source/index.html"} <= pages_of(rebuilt)


def test_a_file_outside_the_guide_is_part_of_its_page(guide, rebuilder, rendered):
    """It is found changed though no watcher has told of it."""
    edit("a.md", "Text of A", "```text file=../outside/given.txt\n```\n")
    rebuilder.build()
    rendered.clear()
    Path("outside/given.txt").write_text("something else\n")

    rebuilder.build()

    assert rendered == ["a.md", "b/live.md"]
    assert rebuilder.included() == {Path("guide/../outside/given.txt")}


def test_a_title_changes_the_navigation_of_other_pages(guide, rebuilder, rendered):
    """They are filled anew, and not rendered anew."""
    edit("a.md", "title: A", "title: Alpha")

    rebuilt = rebuilder.build()

    assert rendered == ["a.md"]
    assert {"index.html", "a.html", "b/index.html", "b/c.html", "404.html"} <= pages_of(rebuilt)


def test_a_heading_that_goes_is_missed_by_the_page_that_links_it(guide, rebuilder, rendered):
    """Anchors are checked over all pages, rendered now or earlier."""
    edit("b/c.md", "## Part of C", "## Piece of C")

    rebuilt = rebuilder.build()

    assert rendered == ["b/c.md"]
    assert [problem.path for problem in rebuilt.problems] == ["guide/a.md"]


def test_a_page_is_rendered_again_when_what_it_links_is_gone_or_back(guide, rebuilder, rendered):
    """A link depends on there being such a file, not on what is in it."""
    text = Path("guide/b/c.md").read_text()
    Path("guide/b/c.md").unlink()
    gone = rebuilder.build()
    Path("guide/b/c.md").write_text(text)

    back = rebuilder.build()

    assert rendered == ["a.md", "a.md", "b/c.md"]
    assert [problem.path for problem in gone.problems] == ["guide/a.md"]
    assert back.problems == []
    assert "b/c.html" in gone.outputs
    assert "b/c.html" in back.outputs


def test_an_error_leaves_the_site_and_is_gone_when_mended(guide, rebuilder):
    """The last good site stays, byte by byte."""
    before = tree(Path("site"))
    edit("a.md", "order: 2", "order: two")
    failed = rebuilder.build()
    kept = tree(Path("site"))
    edit("a.md", "order: two", "order: 2")

    mended = rebuilder.build()

    assert not failed.written
    assert [(p.path, p.line) for p in failed.problems] == [("guide/a.md", 3)]
    assert kept == before == tree(Path("site"))
    assert (mended.written, mended.problems) == (True, [])


def test_settings_that_are_wrong_are_a_problem_like_others(guide, rebuilder):
    """What a build raises is told with its file and line."""
    edit("liveguide.yaml", "title: Guide", "titel: Guide")

    rebuilt = rebuilder.build()

    assert [(p.path, p.line) for p in rebuilt.problems] == [("guide/liveguide.yaml", 1)]


@pytest.mark.parametrize("accent", ["#005522", "#1f4fd1"])
def test_another_accent_is_taken_in(guide, rebuilder, accent):
    """The icons have the new colour; the second one is the colour of a site that names none."""
    edit("liveguide.yaml", "#aa2200", accent)

    rebuilt = rebuilder.build()

    assert (rebuilt.written, rebuilt.problems) == (True, [])
    assert accent in Path("site/_liveguide/icon.svg").read_text()
    assert tree(Path("site")) == clean(guide)


def test_a_site_that_somebody_else_has_built_is_written_whole(guide, rebuilder):
    """Nothing is kept of a site that is not the rebuilder's own."""
    edit("a.md", "Text of A", "Text of somebody else")
    build_site(guide, Path("site"))
    edit("a.md", "Text of somebody else", "Text of A")

    rebuilder.build()

    assert tree(Path("site")) == clean(guide)


def test_a_change_that_looks_like_none_is_believed(guide, rebuilder, rendered):
    """A file with the same size and times is rendered again when the watcher names it."""
    path = Path("guide/a.md")
    stat = path.stat()
    edit("a.md", "Text of A", "Text of Z")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    rebuilder.build({path})

    assert rendered == ["a.md"]
    assert "Text of Z" in Path("site/a.html").read_text()


def test_how_a_page_begins_is_of_no_concern_to_others(guide, rebuilder, monkeypatch):
    """Only what is told machines of all pages has it besides, and the home page's for the site."""
    filled: list[str] = []
    fill = Templates.fill

    def noted(self, name, **context):
        filled.append(name)
        return fill(self, name, **context)

    monkeypatch.setattr(Templates, "fill", noted)

    for page, others in (("a.md", 0), ("README.md", 4)):
        filled.clear()
        edit(page, "\n\n## Part", "\n\nWhat it is about.\n\n## Part")
        assert rebuilder.build().written
        assert filled.count("page.html") == 1 + others
        assert tree(Path("site")) == clean(guide)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("b/live.md", "```js", "```python"),
        ("b/live.md", "new WebSocket('x')", "new WebSocket('y')"),
        ("b/live.md", "Try it", "Try them"),
        ("b/live.md", "demo.html", "demo.html windows=2"),
        ("liveguide.yaml", "title: Guide", "title: Guide\nlanguage: de"),
    ],
)
def test_a_piece_of_a_page_is_made_anew_of_anything_else(guide, rebuilder, path, old, new):
    """Code in another language, other code, another card, and a card with other words."""
    edit(path, old, new)

    assert rebuilder.build().written
    assert tree(Path("site")) == clean(guide)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("how", ["one process", "a process each"])
def test_whatever_changes_the_site_is_what_a_clean_build_writes(guide, rebuilder, seed, how):
    """Files are edited, made, renamed, deleted and put back, one or several between two builds."""
    rng = random.Random(seed)
    stash: dict[Path, bytes] = {}
    outside, theme = Path("outside/given.txt"), guide / "_theme"

    def files() -> list[Path]:
        return sorted(p for p in guide.rglob("*") if p.is_file() and p.suffix != ".yaml")

    def change() -> None:
        kinds = ["edit", "edit", "title", "order", "new", "rename", "delete", "restore"]
        kinds += ["settings", "include", "template", "styles", "picture", "begin", "code"]
        kind = rng.choice(kinds)
        file = rng.choice(files())
        word = f"word{rng.randrange(1000)}"
        if kind == "edit":
            file.write_bytes(file.read_bytes() + f"\n{word} [x](b/c.md)\n".encode())
        elif kind in ("title", "order") and file.suffix == ".md":
            value = word if kind == "title" else str(rng.randrange(9))
            lines = file.read_text().split("\n")
            changed = [f"{kind}: {value}" if x.startswith(f"{kind}:") else x for x in lines]
            file.write_text("\n".join(changed))
        elif kind == "begin":
            file.write_bytes(file.read_bytes().replace(b"\n## ", f"\n{word}.\n\n## ".encode(), 1))
        elif kind == "settings":
            accent = rng.choice(["", "accent: '#aa2200'\n", "accent: '#0055aa'\n"])
            accent += rng.choice(["", "language: de\n"])
            settings = f"title: {word}\n{accent}url: https://docs.example.org/\n"
            (guide / "liveguide.yaml").write_text(settings + "include: [../outside]\n")
        elif kind == "code" and file.suffix == ".md":  # some of it again, and in another language
            code = f"```{rng.choice(['js', 'python'])}\nx = {rng.randrange(3)}\n```"
            card = f"::: example href={rng.choice(['', 'b/'])}demo.html\n    Try it."
            file.write_bytes(file.read_bytes() + f"\n{rng.choice([code, card])}\n".encode())
        elif kind == "new":
            folder = rng.choice([guide, guide / "b", guide / word])
            folder.mkdir(exist_ok=True)
            (folder / f"{word}.md").write_text(PAGE.format(title=word, order=7, text="[h](/)"))
        elif kind == "include":
            outside.write_text(f"{word}\n")
        elif kind == "template":
            (theme / "templates").mkdir(parents=True, exist_ok=True)
            own = (theme / "templates/_crumbs.html", f"<p>{word}</p>\n")
            own[0].unlink() if own[0].exists() else own[0].write_text(own[1])
        elif kind == "styles":
            theme.mkdir(exist_ok=True)
            (theme / "styles.css").write_text(f".{word} {{ color: red }}\n")
        elif kind == "picture":
            size = f"width='{rng.randrange(1, 99)}' height='9'"
            svg = f"<svg xmlns='http://www.w3.org/2000/svg' {size}/>\n"
            (guide / "b/picture.svg").write_text(svg)
        elif kind == "rename":
            file.rename(file.with_name(f"{word}{file.suffix}"))
        elif kind == "delete" and len(files()) > 3:
            stash[file] = file.read_bytes()
            file.unlink()
        elif kind == "restore" and stash:
            path, content = stash.popitem()
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)

    for _ in range(10):
        for _ in range(rng.choice([1, 1, 3])):
            change()
        if how == "one process":
            rebuilt: Rebuilt | BuildReport = rebuilder.build()
        else:
            rebuilt = build_site(guide, Path("site"), drafts=True, copies=False)
        if rebuilt.written:
            assert tree(Path("site")) == clean(guide)
        else:
            assert any(p.severity == "error" for p in rebuilt.problems)
            assert not build_site(guide, Path("other")).written


def test_a_fault_of_ours_is_a_problem_and_the_next_build_is_whole(guide, rebuilder, monkeypatch):
    """What nobody has foreseen ends no builder; what was remembered is not trusted any more."""
    with monkeypatch.context() as broken:
        broken.setattr(rendering.Renderer, "render", lambda *_: 1 / 0)
        edit("a.md", "Text of A", "Other text")
        failed = rebuilder.build()

    assert [str(problem) for problem in failed.problems] == [
        "guide: error: the build has failed, which is a fault of Liveguide: "
        "ZeroDivisionError: division by zero"
    ]
    assert rebuilder.build().written
    assert tree(Path("site")) == clean(guide)


@pytest.mark.parametrize("folder", [".liveguide/cache", ".liveguide"])
def test_what_is_kept_may_be_deleted_between_builds(guide, rebuilder, folder: str) -> None:
    """The next build makes all of it anew, and the one after that only what has changed."""
    shutil.rmtree(folder)
    edit("a.md", "Text of A", "New")
    assert rebuilder.build().problems == []

    edit("a.md", "New", "Newer")

    assert [x for x in rebuilder.build().outputs if x.endswith(".html")] == ["a.html"]


def test_what_has_changed_is_all_that_has_changed(guide, rebuilder):
    """The report names exactly the files whose bytes are others now."""
    before = tree(Path("site"))
    edit("b/c.md", "order: 4", "order: 0")

    rebuilt = rebuilder.build()

    after = tree(Path("site"))
    differ = {x for x in before.keys() | after.keys() if before.get(x) != after.get(x)}
    assert set(rebuilt.outputs) == differ - {MANIFEST}
