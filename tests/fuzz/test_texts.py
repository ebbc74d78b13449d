"""Whatever an author wrote is read, or its fault is told with its file: nothing is raised."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from liveguide.builder.collecting import collect_sources
from liveguide.builder.rendering import Renderer
from liveguide.builder.site import build_site
from liveguide.errors import Problem, SourceErrors
from liveguide.server.endpoints.loading import load_endpoints
from liveguide.settings import Settings, read_settings

from .texts import gramex_texts, guides, pages, yaml_texts

IS_LONG = "FUZZ" in os.environ
"""Whether `make fuzz` runs this, with other texts each time, or `make test`, with a few."""


def tried(few: int, many: int = 400) -> settings:
    """Try a few texts, always the same; or, when this is what is run, many others."""
    return settings(
        max_examples=many if IS_LONG else few,
        derandomize=not IS_LONG,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


def check(problems: Iterable[Problem], folder: Path) -> None:
    """Hold each problem to what all have: a file of this folder, a line that may be, a message."""
    for problem in problems:
        assert Path(problem.path).is_relative_to(folder), problem
        assert problem.line is None or problem.line > 0, problem
        assert problem.message.strip(), problem
        assert str(problem).isprintable() or "\n" in str(problem), problem


@given(yaml_texts())
@tried(25)
def test_settings(text: str) -> None:
    """A liveguide.yaml is read, or refused with the problems in it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "liveguide.yaml").write_text(text, encoding="utf-8")
        problems = []
        try:
            read_settings(Path(folder))
        except SourceErrors as error:
            problems = error.problems
        check(problems, Path(folder))


@given(gramex_texts())
@tried(25)
def test_routes(text: str) -> None:
    """A gramex.yaml gives endpoints, or the problems in it."""
    with tempfile.TemporaryDirectory() as folder:
        guide = Path(folder)
        (guide / "gramex.yaml").write_text(text, encoding="utf-8")
        (guide / "bot.py").write_text("def echo(handler, message): pass\n")
        loaded = load_endpoints(guide, guide / "site")
        check(loaded.problems, guide)


@given(pages())
@tried(25)
def test_pages(text: str) -> None:
    """A page is rendered whole, with what is wrong with it told by line."""
    with tempfile.TemporaryDirectory() as folder:
        guide = Path(folder)
        (guide / "README.md").write_text(text, encoding="utf-8")
        (guide / "b.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
        sources, problems = collect_sources(guide, guide / "site")
        check(problems, guide)
        page = Renderer(guide, sources, Settings()).render(sources.files["README.md"])
        check(page.problems, guide)
        assert not {"\x02", "\x03"} & set(page.html), text
        assert "wzxhzdk" not in page.html, text


@given(guides())
@tried(5, many=60)
def test_guides(files: dict[str, str]) -> None:
    """A guide is built, or not, and what is wrong is told with its file."""
    with tempfile.TemporaryDirectory() as folder:
        guide = Path(folder, "guide")
        for name, text in files.items():
            path = guide / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        report = build_site(guide, Path(folder, "site"), jobs=1, copies=False)
        check(report.problems, guide)
        assert report.written or report.problems
