"""Compressed copies of the site's text: what has which, and what is kept of the old site."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import brotli
import pytest

from liveguide.builder.copies import ENDINGS, SMALLEST, Compressors, Copier, digest_of
from liveguide.builder.walking import MANIFEST

from .conftest import Build, tree

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"words that are many and alike, " * 100
PAGE = "# A page\n\n" + "words " * 300
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": zstd.decompress}


@pytest.fixture(name="staging")
def _staging(tmp_path: Path) -> Path:
    """Return the folder of a site that is being written, with one page."""
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "index.html").write_bytes(TEXT)
    return folder


def test_a_page_has_a_copy_in_each_coding(staging: Path) -> None:
    """Each unpacks to the page, is smaller, and is listed beside the page's digest."""
    copied = Copier(staging).copy(["index.html"])

    digest, *codings = copied["index.html"].split(" ")
    assert digest == digest_of(TEXT)
    assert sorted(codings) == ["br", "gzip", "zstd"]
    sizes = []
    for coding in codings:
        copy = (staging / f"index.html{ENDINGS[coding]}").read_bytes()
        assert UNPACK[coding](copy) == TEXT
        sizes.append(len(copy))
    assert sizes == sorted(sizes)
    assert sizes[-1] < len(TEXT)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.css", TEXT[: SMALLEST - 1]), ("a.png", TEXT), ("a.js", os.urandom(SMALLEST))],
)
def test_what_would_not_gain_has_no_copy(staging: Path, name: str, content: bytes) -> None:
    """Small files, what is no text, and text that does not get smaller."""
    (staging / name).write_bytes(content)

    copied = Copier(staging).copy([name])

    assert copied.get(name, "").split(" ")[1:] == []
    assert not any((staging / f"{name}{ending}").exists() for ending in ENDINGS.values())


def test_a_file_of_the_guide_with_a_copy_s_name_stays(staging: Path) -> None:
    """The author's archive is neither replaced nor listed as a copy."""
    (staging / "index.html.gz").write_bytes(b"the author's")

    copied = Copier(staging, ["index.html.gz"]).copy(["index.html"])

    assert (staging / "index.html.gz").read_bytes() == b"the author's"
    assert "gzip" not in copied["index.html"]


def test_a_folder_with_a_copy_s_name_stays(build: Build) -> None:
    """The page has its other copies."""
    built = build({"a.md": PAGE, "a.html.gz/b.txt": "B"}, copies=True)

    assert built.text("a.html.gz/b.txt") == "B"
    assert (built.site / "a.html.br").is_file()


def test_copies_of_what_has_not_changed_are_kept(build: Build) -> None:
    """The second build's copies are the first one's files, but for the page that changed."""
    built = build({"a.md": PAGE, "b.md": PAGE}, copies=True)
    before = {path: path.stat().st_ino for path in built.site.rglob("*.br")}
    build({"b.md": PAGE + "more"}, copies=True)

    others = {path.name for path, inode in before.items() if path.stat().st_ino != inode}

    assert "b.html.br" in others
    assert not {"a.html.br", "main.js.br", "page.css.br"} & others
    page = brotli.decompress((built.site / "b.html.br").read_bytes())
    assert page == (built.site / "b.html").read_bytes()


@pytest.mark.parametrize("broken", ["gone", "other versions", "no manifest"])
def test_what_can_t_be_kept_is_made_again(build: Build, broken: str) -> None:
    """A copy that was deleted, or made by other libraries, or by nobody knows whom."""
    built = build({"a.md": PAGE}, copies=True)
    whole = built.tree()
    manifest = built.site / MANIFEST
    if broken == "gone":
        (built.site / "a.html.zst").unlink()
    elif broken == "other versions":
        (built.site / "a.html.br").write_bytes(b"as others made it")
        told = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**told, "compressors": "others"}))
    else:
        manifest.write_text("{}")

    build({}, copies=True)

    assert built.tree() == whole


def test_an_archive_of_the_author_s_takes_the_place_of_a_copy(build: Build) -> None:
    """It comes and goes, and the copy goes and comes."""
    files = {"a.md": PAGE, "demo.html": "<p>words</p>" * 200}
    first = build(files, copies=True).tree()
    assert build({"demo.html.gz": b"the author's"}, copies=True).tree()["demo.html.gz"] == (
        b"the author's"
    )
    Path("guide/demo.html.gz").unlink()

    assert build({}, copies=True).tree() == first


def test_missing_packages_are_named_once(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Brotli and zstd the copies are gzip's alone, and the build says what to install."""
    for name in ("brotli", "backports.zstd", "compression.zstd"):
        monkeypatch.setitem(sys.modules, name, None)

    built = build({"a.md": PAGE}, copies=True)

    assert built.report.notes == [
        "The site is not compressed as br, zstd: pip install brotli backports.zstd"
    ]
    assert {path.suffix for path in built.site.glob("a.html.*")} == {".gz"}


def test_a_preview_has_no_copies(build: Build) -> None:
    """What only its author looks at has no far way to go."""
    built = build({"a.md": PAGE}, copies=False)

    assert not [name for name in tree(built.site) if name.endswith((".br", ".gz", ".zst"))]
    assert "copies" not in json.loads(built.text(MANIFEST))


def test_the_same_libraries_give_the_same_bytes(staging: Path) -> None:
    """Neither a time nor a name is in a copy."""
    first = {coding: compress(TEXT) for coding, compress in Compressors().by_coding.items()}

    Copier(staging).copy(["index.html"])

    assert first == {
        coding: (staging / f"index.html{ENDINGS[coding]}").read_bytes() for coding in first
    }
