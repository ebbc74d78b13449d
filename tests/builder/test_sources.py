"""The address of each file of a guide."""

from __future__ import annotations

import pytest

from liveguide.builder.sources import output_of, relative_url, source_view_of, url_of


@pytest.mark.parametrize(
    ("uri", "kind", "output", "url"),
    [
        ("README.md", "page", "index.html", ""),
        ("index.md", "page", "index.html", ""),
        ("chat/README.md", "page", "chat/index.html", "chat/"),
        ("chat/tips.md", "page", "chat/tips.html", "chat/tips.html"),
        ("a b/größe.md", "page", "a b/größe.html", "a%20b/gr%C3%B6%C3%9Fe.html"),
        ("demo.html", "asset", "demo.html", "demo.html"),
        ("x/index.html", "asset", "x/index.html", "x/"),
        ("notes.txt", "asset", "notes.txt", "notes.txt"),
        ("a:b?#.png", "asset", "a:b?#.png", "a%3Ab%3F%23.png"),
    ],
)
def test_addresses(uri: str, kind: str, output: str, url: str) -> None:
    """A page keeps its place beside its neighbours; everything else is itself."""
    assert output_of(uri) == (kind, output)
    assert url_of(output) == url


@pytest.mark.parametrize(
    "name",
    [
        *("x.py", "x.pyc", "x.pyi", "x.pyw", "x.PY", "gramex.yaml", "liveguide.yaml"),
        *("gramex.yml", "Gramex.yaml", "LIVEGUIDE.YAML", "liveguide.yml"),
        *("gramex.yaml~", "gramex.yaml.bak", "x.py~", "#x.py#", "x.py.orig", ".x.md.swp", "x.md~"),
    ],
)
def test_private_files(name: str) -> None:
    """Python files, configuration and what editors leave have no address, at any depth."""
    assert output_of(name) == ("private", "")
    assert output_of(f"a/b/{name}") == ("private", "")


def test_a_source_view_is_a_folder() -> None:
    """A source view and its raw text stand in a folder of their own."""
    assert source_view_of("a/x.py") == ("a/x.py.source/index.html", "a/x.py.source/x.py.txt")


@pytest.mark.parametrize(
    ("target", "start", "address"),
    [
        ("", "", "./"),
        ("a/", "", "a/"),
        ("", "a/", "../"),
        ("a/", "a/", "./"),
        ("a/x.html", "a/", "x.html"),
        ("a/", "a/x.html", "./"),
        ("a/x.html", "a/x.html", "x.html"),
        ("a/b/c.html", "a/d/e/", "../../b/c.html"),
        ("ab/x", "a/x", "../ab/x"),
        ("x.html", "a/b/c.html", "../../x.html"),
        ("a%3Ab.html", "c.html", "a%3Ab.html"),
    ],
)
def test_relative_addresses(target: str, start: str, address: str) -> None:
    """An address is written as seen from the page that links to it."""
    assert relative_url(target, start) == address
