"""The schema of liveguide.yaml beside the reader of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from liveguide.errors import SourceErrors
from liveguide.schemas.settings import described, schema
from liveguide.settings import Settings, read_settings

from .checking import faults


def test_it_has_the_settings_and_no_others() -> None:
    """A setting that one of the two did not know would be underlined, or refused."""
    fields = [field.name for field in dataclasses.fields(Settings)]

    assert list(schema()["properties"]) == fields
    assert list(described(Settings)) == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "title: T\nlanguage: de\nurl: https://docs.example.org/\n",
        "include: [../deploy]\ntrusted_proxies: ['::1']\n",
        "include: []\n",
        "titel: T\n",
        "title: 1.10\n",
        "title:\n",
        "language: no\n",
        "include: ../deploy\n",
        "include: [1]\n",
        "- a\n",
        "language: pt-BR\n",
        "language: ''\n",
        "language: deutsch sprache\n",
        "languages: [de, ar]\n",
        "languages: [de_DE]\n",
        "language: german\n",
        "repository: https://git.example.org/x\n",
        "repository: git.example.org/x\n",
        "edit: 'https://git.example.org/{branch}/{path}'\n",
        "edit: 'https://git.example.org/'\n",
        "accent: '#1f4fd1'\n",
        "accent: blue\n",
        "url: docs.example.org\n",
        "url: https://docs.example.org/?a\n",
        "navigation: [README.md, {Learn: [a/, {B: b.md}]}]\n",
        "navigation: []\n",
        "navigation: README.md\n",
        "navigation: ['']\n",
        "navigation: [{A: a.md, B: b.md}]\n",
        "navigation: [{A: []}]\n",
        "navigation: [{A: ''}]\n",
        "navigation: [{A: [3]}]\n",
        "navigation: [[a.md]]\n",
        "hosts: [docs.example.org, '*.example.org']\n",
        "hosts: docs.example.org\n",
        "limits: {message_rate: 0.5, loopback: false}\n",
        "limits: {message_rat: 0.5}\n",
        "limits: {message_burst: 0.5}\n",
        "limits: {loopback: 1}\n",
        "limits: [1]\n",
        "text\n",
    ],
)
def test_the_schema_and_the_reader_agree(tmp_path: Path, text: str) -> None:
    """What one refuses, the other does."""
    (tmp_path / "liveguide.yaml").write_text(text)
    try:
        read_settings(tmp_path)
        is_read = True
    except SourceErrors:
        is_read = False

    assert (faults("settings", text) == []) == is_read
