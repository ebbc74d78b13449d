"""What holds for every schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liveguide.builder.frontmatter import split_front_matter
from liveguide.schemas import SCHEMAS, schema_text

from .checking import described_keys, faults, validator

GUIDE = Path(__file__).parents[2] / "guide"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_described(name: str) -> None:
    """An editor has something to show for each key, in a sentence."""
    keys = dict(described_keys(json.loads(schema_text(name))))

    assert len(keys) > 5
    assert [key for key, text in keys.items() if not text.endswith(".")] == []


@pytest.mark.parametrize("path", sorted(GUIDE.rglob("gramex.yaml")), ids=lambda p: p.parent.name)
def test_the_guide_s_endpoints_are_valid(path: Path) -> None:
    """What the server reads, an editor does not underline."""
    assert faults("gramex", path.read_text()) == []


def test_the_guide_s_settings_are_valid() -> None:
    """Nor does it here."""
    assert faults("settings", (GUIDE / "liveguide.yaml").read_text()) == []


@pytest.mark.parametrize("path", sorted(GUIDE.rglob("*.md")), ids=lambda p: p.parent.name)
def test_the_guide_s_front_matter_is_valid(path: Path) -> None:
    """Nor here."""
    values = split_front_matter(path.read_text(), path.name).values

    assert list(validator("frontmatter").iter_errors(values)) == []
