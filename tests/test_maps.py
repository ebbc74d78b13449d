"""The maps of the code, and the links between the documents beside it, lead to what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import liveguide

PACKAGE = Path(liveguide.__file__).parent
ROOT = PACKAGE.parent
BY_NAME = {"commands", "schemas"}
"""Packages with a file for each of the things that they are about; they need no map."""


@pytest.mark.parametrize(
    "folder",
    [x.parent for x in sorted(PACKAGE.rglob("__init__.py")) if x.parent.name not in BY_NAME],
    ids=lambda folder: folder.relative_to(ROOT).as_posix(),
)
def test_a_package_names_each_of_its_files(folder: Path) -> None:
    """The map in `__init__.py` has every module of the package, and no file that is gone."""
    drawn = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    named = set(re.findall(r"\b\w+\.py\b", drawn))
    modules = {path.name for path in folder.glob("*.py")} - {"__init__.py", "__main__.py"}
    packages = {x.parent.name for x in folder.glob("*/__init__.py")}

    assert modules <= named
    assert all((folder / name).is_file() or (folder.parent / name).is_file() for name in named)
    assert packages <= set(re.findall(r"\b(\w+)/", drawn))


def test_the_architecture_names_files_that_exist() -> None:
    """Whatever ARCHITECTURE.md calls by a file's name is there."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    there = {x.name for folder in ("liveguide", "tests") for x in (ROOT / folder).rglob("*.*")}
    named = set(re.findall(r"\b[\w-]+\.(?:py|js|html)\b", text)) - {"404.html"}

    assert len(named) > 20
    assert named <= there | {"build.py", "site_server.py"}


def test_the_architecture_is_one_page() -> None:
    """What would make it longer belongs into the maps of packages, or into docs/decisions.md."""
    lines = (ROOT / "ARCHITECTURE.md").read_text().splitlines()

    assert len(lines) <= 100
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """A link of a document in the repository names a file that is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []
