"""The command that prints and writes the schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liveguide.commands import main
from liveguide.schemas import SCHEMAS, schema_text


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_prints_a_schema(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """The output is JSON and nothing else."""
    assert main(["schema", name]) == 0

    assert json.loads(capsys.readouterr().out) == json.loads(schema_text(name))


def test_it_writes_all_of_them_into_a_guide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They land where the first lines of the YAML files look for them; older ones are replaced."""
    (tmp_path / ".schemas").mkdir()
    (tmp_path / ".schemas/gramex.json").write_text("old")

    assert main(["schema", "--write", str(tmp_path)]) == 0

    folder = tmp_path / ".schemas"
    assert capsys.readouterr().out == (
        f"Wrote settings.json, frontmatter.json, gramex.json into {folder}\n"
    )
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        f"{name}.json": schema_text(name) for name in SCHEMAS
    }


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, and nothing is made."""
    assert main(["schema", "--write", str(tmp_path / "x")]) == 2

    assert capsys.readouterr().err == (
        f"liveguide schema: {tmp_path}/x is not a folder; name the folder that holds the pages\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says which file, and why."""
    (tmp_path / ".schemas").touch()

    assert main(["schema", "--write", str(tmp_path)]) == 1

    assert capsys.readouterr().err == (
        f"liveguide schema: {tmp_path}/.schemas can't be written: File exists\n"
    )
