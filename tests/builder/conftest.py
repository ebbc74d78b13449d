"""Fixtures that render one page and build whole sites, through the real code on a real folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from liveguide.builder.collecting import collect_sources
from liveguide.builder.features import read_features
from liveguide.builder.rendered import RenderedPage
from liveguide.builder.rendering import Renderer
from liveguide.builder.site import BuildReport, build_site
from liveguide.settings import read_settings

Files = Mapping[str, str | bytes]
Render = Callable[..., RenderedPage]
Build = Callable[..., "Built"]


def messages(page: RenderedPage) -> list[str]:
    """Return what was found wrong with a page, as its author reads it."""
    return [str(problem) for problem in page.problems]


@pytest.fixture(name="render")
def _render(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Render:
    """Return a function that renders one page of a guide that holds it and *files*."""
    monkeypatch.chdir(tmp_path)

    def render(text: str | bytes, files: Files | None = None, name: str = "page.md") -> Any:
        write_tree({**(files or {}), name: text})
        guide = Path("guide")
        sources, problems = collect_sources(guide, Path("site"))
        assert problems == []
        features, problems = read_features(guide)
        assert problems == []
        renderer = Renderer(guide, sources, read_settings(guide), features)
        return renderer.render(sources.files[name])

    return render


@dataclass
class Built:
    """What one build did, and the site that it left."""

    report: BuildReport
    site: Path

    @property
    def messages(self) -> list[str]:
        """Every error and warning, as their author reads them."""
        return [str(problem) for problem in self.report.problems]

    def text(self, output: str = "index.html") -> str:
        """Return one text file of the site."""
        return (self.site / output).read_text(encoding="utf-8")

    def tree(self) -> dict[str, bytes]:
        """Return every file of the site."""
        return tree(self.site)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(name="build")
def _build(
    write_tree: Callable[[Files], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Build:
    """Return a function that writes *files* into the guide and builds them into `site`."""
    monkeypatch.chdir(tmp_path)

    def build(files: Files, site: str = "site", **options: Any) -> Built:
        write_tree(files)
        options.setdefault("copies", False)  # they take longer than such a small site
        return Built(build_site(Path("guide"), Path(site), **options), tmp_path / site)

    return build


@pytest.fixture(name="rendered")
def _rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the uris of the pages that are rendered from now on."""
    uris: list[str] = []
    render = Renderer.render

    def noted(self, file, pieces):
        uris.append(file.uri)
        return render(self, file, pieces)

    monkeypatch.setattr(Renderer, "render", noted)
    return uris
