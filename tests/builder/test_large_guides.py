"""Guides that are larger than most: a page of megabytes, heavy pictures, many pages."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from liveguide.builder import rendering
from liveguide.builder.memory import Memory
from liveguide.builder.site import build_site
from liveguide.builder.sources import Sources

from .conftest import Build, Files

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x30\0\0\0\x20\x08\2\0\0\0"


def test_a_page_of_megabytes_is_given_up_by_name(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is built within its time, or the author reads which one to split; the site stays."""
    monkeypatch.setattr(rendering, "SECONDS_PER_PAGE", 0.2)
    text = "*Five* words [of](README.md) `prose` follow.\n\n" * 110_000

    built = build({"README.md": "# Home\n", "long.md": f"# Long\n\n{text}"})

    assert not built.report.written
    [message] = built.messages
    assert message.startswith("guide/long.md:")
    assert message.endswith(
        "error: the page takes more than 0.2 s to render, and was given up here; "
        "split it, or close what is open"
    )


def test_a_heavy_picture_is_never_in_memory(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to hash nor to measure, to copy, or to compare it with the one that it replaces."""
    monkeypatch.chdir(tmp_path)
    size = 64_000_000  # far more than a build takes for all else
    guide = write_tree({"README.md": "# Home\n\n![x](heavy.png)\n"})
    site, peaks = Path("site"), []
    (guide / "heavy.png").write_bytes(PNG)
    build_site(guide, Path("first"), copies=False)  # which loads what all builds need
    tracemalloc.start()
    try:
        for last_byte in (b"1", b"2"):
            (guide / "heavy.png").write_bytes(PNG)
            with (guide / "heavy.png").open("r+b") as file:
                file.seek(size - 1)
                file.write(last_byte)
            gc.collect()  # or what the build before has left may count too
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            assert build_site(guide, site, copies=False).written
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()

    assert max(peaks) < size / 4
    assert 'width="48" height="32"' in (site / "index.html").read_text()
    with (site / "heavy.png").open("rb") as file:
        file.seek(size - 1)
        assert file.read() == b"2"


@pytest.mark.long
def test_twice_the_pages_are_twice_the_work(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Function calls are counted, not seconds, of builds from nothing and after a change."""
    monkeypatch.chdir(tmp_path)

    def calls(pages: int) -> tuple[int, int]:
        guide = write_tree(
            {
                f"guide{pages}/section{section}/page{page}.md": (
                    f"# Page {page}\n\n[next](../section0/page1.md#part) and *more*.\n\n## Part\n"
                )
                for section in range(3)
                for page in range(pages)
            }
        )
        guide = guide / f"guide{pages}"
        memory = Memory()

        def build() -> None:
            assert build_site(
                guide, Path(f"site{pages}"), jobs=1, memory=memory, copies=False
            ).written

        from_nothing = _counted(build)
        (guide / "section0/page2.md").write_text("# Page 2\n\nOther words.\n")
        return from_nothing, _counted(build)

    calls(3)  # what is loaded and made once
    few, some, many = calls(4), calls(8), calls(16)

    for small, middle, large in zip(few, some, many, strict=True):
        assert large - middle < 2.2 * (middle - small)


def test_the_pages_are_not_put_in_order_for_each_page(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How often they are sorted does not grow with how many there are."""
    asked = []
    pages = Sources.pages.fget
    assert pages is not None
    monkeypatch.setattr(
        Sources, "pages", property(lambda sources: asked.append(1) or pages(sources))
    )

    def times(count: int) -> int:
        asked.clear()
        assert build({f"page{number}.md": "# Page\n" for number in range(count)}).report.written
        return len(asked)

    assert times(2) == times(9)


def _counted(work: Callable[[], object]) -> int:
    """Return how many functions are called."""
    count = 0

    def hear(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(hear)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
