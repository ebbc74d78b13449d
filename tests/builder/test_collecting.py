"""Which files a guide has, and what is wrong with their names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from liveguide.builder.collecting import collect_sources
from liveguide.builder.sources import Sources

WriteTree = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(name="collect")
def _collect(
    write_tree: WriteTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Sources, list[str]]]:
    """Return a function that collects a guide's files and tells their faults."""
    monkeypatch.chdir(tmp_path)

    def collect(*names: str) -> tuple[Sources, list[str]]:
        write_tree(dict.fromkeys(names, ""))
        sources, problems = collect_sources(Path("guide"), Path("guide/site"))
        return sources, [str(problem) for problem in problems]

    return collect


Collect = Callable[..., tuple[Sources, list[str]]]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["gramex.yml"],
            "guide/gramex.yml: warning: gramex.yml is not read; did you mean gramex.yaml?",
        ),
        (
            ["LIVEGUIDE.YAML"],
            "guide/LIVEGUIDE.YAML: warning: LIVEGUIDE.YAML is not read; "
            "did you mean liveguide.yaml?",
        ),
        (
            ["a.MD"],
            "guide/a.MD: warning: it is copied as it is; rename it a.md to make it a page",
        ),
        (
            ["a.markdown"],
            "guide/a.markdown: warning: it is copied as it is; rename it a.md to make it a page",
        ),
        (
            ["README.md", "readme.md"],
            "guide/readme.md: warning: on macOS and Windows it is the same file as "
            "guide/README.md; rename one",
        ),
    ],
)
def test_doubts_of_names(collect: Collect, names: list[str], message: str) -> None:
    """A name that looks like one that means something is a warning."""
    assert collect(*names)[1] == [message]


def test_files_of_a_guide(collect: Collect) -> None:
    """Dot files and folders, caches and the output folder are passed over."""
    sources, problems = collect(
        "README.md",
        "sub/page.md",
        "sub/ping.py",
        "sub/logo.png",
        ".env",
        ".git/config",
        "sub/.hidden.html",
        "sub/__pycache__/x.html",
        "node_modules/x/README.md",
        "site/index.html",
    )

    assert problems == []
    assert sorted(sources.files) == ["README.md", "sub/logo.png", "sub/page.md", "sub/ping.py"]
    assert [file.uri for file in sources.pages] == ["README.md", "sub/page.md"]
    assert [file.uri for file in sources.assets] == ["sub/logo.png"]
    assert sources.folders == {"", "sub"}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["README.md", "index.md"],
            "guide/index.md: error: it claims the address /, which guide/README.md has; rename one",
        ),
        (
            ["a/README.md", "a/index.html"],
            "guide/a/index.html: error: it claims the address /a/, which guide/a/README.md has; "
            "rename one",
        ),
        (
            ["x.md", "x.html"],
            "guide/x.md: error: it claims the address /x.html, which guide/x.html has; rename one",
        ),
        (
            ["x.md", "x.html/y.md"],
            "guide/x.html/y.md: error: it needs a folder /x.html/ where guide/x.md "
            "has its address; rename one",
        ),
        (["404.md"], "guide/404.md: error: the site makes its own 404.html; rename 404.md"),
        (
            ["404.html/x.png"],
            "guide/404.html/x.png: error: the site makes its own 404.html; "
            "rename the folder 404.html/",
        ),
        (
            ["index.html/x.png"],
            "guide/index.html/x.png: error: the site makes its own index.html; "
            "rename the folder index.html/",
        ),
        (
            ["_liveguide/x.css"],
            "guide/_liveguide/x.css: error: the site keeps its own files in _liveguide/; "
            "rename this folder",
        ),
        (
            ["a\nb.md"],
            "guide/a\\nb.md: error: the file's name is not UTF-8 or has control characters",
        ),
    ],
)
def test_faults_of_names(collect: Collect, names: list[str], message: str) -> None:
    """Two sources that claim one address, and names that can't be one, are errors."""
    assert collect(*names)[1] == [message]


def test_a_name_that_is_not_utf8(collect: Collect, tmp_path: Path) -> None:
    """A name in another encoding is an error that can be printed."""
    (tmp_path / "guide").mkdir()
    Path(os.fsdecode(bytes(tmp_path) + b"/guide/\xe9.md")).touch()

    assert collect()[1] == [
        "guide/\\udce9.md: error: the file's name is not UTF-8 or has control characters"
    ]


def test_names_may_have_spaces_of_every_kind(collect: Collect) -> None:
    """Spaces, the narrow one of a Mac's screenshots included, are fine; so is any letter."""
    sources, problems = collect("a b.png", "Shot 9.41\u202fAM.png", "日本.md", "e\u0301.md")

    assert problems == []
    assert len(sources.files) == 4


def test_a_link_out_of_the_guide_is_left_out(collect: Collect, tmp_path: Path) -> None:
    """A symbolic link to a file outside is not followed; one to a file inside is."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide/out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "guide/in.txt").symlink_to("real.txt")
    (tmp_path / "guide/broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "guide/circle.txt").symlink_to("circle.txt")

    sources, problems = collect("real.txt")

    assert sorted(sources.files) == ["in.txt", "real.txt"]
    assert problems == [
        "guide/out.txt: warning: this link leads out of the guide folder and is left out; "
        "copy the file"
    ]


def test_a_folder_that_can_t_be_read_is_an_error(
    collect: Collect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages would be missing from the site without a word. Here its path is too long."""
    for name in ["guide", *["long" * 60] * 17]:
        Path(name).mkdir()
        monkeypatch.chdir(name)
    Path("page.md").touch()
    monkeypatch.chdir(tmp_path)

    sources, problems = collect("README.md")

    assert [*sources.files] == ["README.md"]
    (problem,) = problems
    assert problem.endswith("long: error: this folder can't be read: File name too long")


def test_a_link_publishes_nothing_that_is_private(collect: Collect, tmp_path: Path) -> None:
    """A symbolic link to a file that is not published is not published either."""
    collect("gramex.yaml", ".env", "_theme/styles.css", "draft.md", "README.md")
    (tmp_path / "guide/draft.md").write_text("---\ndraft: true\n---\n")
    for name, target in {
        "config.txt": "gramex.yaml",
        "env.txt": ".env",
        "theme.css": "_theme/styles.css",
        "draft.txt": "draft.md",
    }.items():
        (tmp_path / "guide" / name).symlink_to(target)

    sources, problems = collect("README.md")

    assert sorted(sources.outputs) == ["index.html"]
    left_out = "warning: this link leads to a file that is not published and is left out; copy it"
    assert problems == [f"guide/env.txt: {left_out}", f"guide/theme.css: {left_out}"]


@pytest.mark.parametrize(
    "front_matter",
    [
        *('"draft": true', "draft : true", "{draft: true, title: x}", "draft: !!bool true"),
        *("draft:\n  true", "? draft\n: true", "draft: &a true", '"dr\\u0061ft": true'),
        *("Draft: yes", "draft: true # soon"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "\ufeff{}", "cr"])
def test_a_draft_however_it_is_written(
    collect: Collect, write_tree: WriteTree, front_matter: str, form: str
) -> None:
    """Whatever means `draft: true` in YAML keeps a page out of the site."""
    text = f"---\n{front_matter}\n---\n# Draft\n"
    text = text.replace("\n", "\r") if form == "cr" else form.format(text)
    write_tree({"a.md": text.encode()})

    sources, _ = collect()

    assert [file.kind for file in sources.files.values()] == ["draft"]


def test_a_page_that_is_and_is_no_draft_is_a_page(collect: Collect, write_tree: WriteTree) -> None:
    """A page whose front matter says both is rendered, which tells that a key is there twice."""
    write_tree({"a.md": "---\ndraft: true\ndraft: false\n---\n"})

    sources, _ = collect()

    assert [file.kind for file in sources.files.values()] == ["page"]
