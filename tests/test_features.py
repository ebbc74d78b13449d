"""What our own guide promises to show, checked against what is there."""

from __future__ import annotations

import ast
from pathlib import Path

from liveguide.builder.features import Features, read_features

ROOT = Path(__file__).parent.parent


def _features() -> Features:
    features, problems = read_features(ROOT / "guide")
    assert problems == []
    assert features is not None
    return features


def _tests(file: str) -> set[str]:
    """Return the names of the test functions in a file of the project."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_test_that_a_feature_names_exists() -> None:
    """A row that names a test is held by it."""
    named = [test.split("::") for row in _features().rows.values() for test in row.tests]

    assert len(named) > 0
    missing = [f"{file}::{name}" for file, name in named if not (ROOT / file).is_file()]
    missing += [f"{f}::{n}" for f, n in named if (ROOT / f).is_file() and n not in _tests(f)]
    assert missing == []


def test_every_source_has_features_and_a_table() -> None:
    """What the guide retells is listed on the page of features."""
    features, page = _features(), (ROOT / "guide/features.md").read_text()

    for source in features.sources:
        assert features.of(source) != []
        assert f"::: features source={source}\n" in page
