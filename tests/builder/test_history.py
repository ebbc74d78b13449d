"""The history of a guide, from real repositories."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from repository import Repository

from liveguide.builder.history import read_history


@pytest.fixture(name="repository")
def _repository(tmp_path: Path) -> Repository:
    """Return an empty repository whose guide is in `docs/`."""
    return Repository(tmp_path / "project")


def test_the_last_change_of_a_file_is_the_newest_commit_that_touched_it(
    repository: Repository,
) -> None:
    """Uris are relative to the guide, wherever in the repository it is."""
    repository.commit("Add two pages", {"docs/README.md": "# A\n", "docs/a/b.md": "# B\n"}, day=1)
    repository.commit("Correct B", {"docs/a/b.md": "# Better\n", "setup.py": ""}, day=2)

    history = read_history(repository.folder / "docs")

    first, last = history.last_change("README.md"), history.last_change("a/b.md")
    assert first is not None
    assert last is not None
    assert (first.subject, first.date) == ("Add two pages", datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert (last.subject, last.date.day, last.uris) == ("Correct B", 2, ("a/b.md",))


def test_changes_are_newest_first_and_only_the_guides(repository: Repository) -> None:
    """A commit that touched nothing of the guide is no change of it."""
    repository.commit("One", {"docs/README.md": "1\n"}, day=1)
    repository.commit("Elsewhere", {"setup.py": "\n"}, day=2)
    repository.commit("Two", {"docs/README.md": "2\n"}, day=3)

    changes = read_history(repository.folder / "docs").changes()

    assert [change.subject for change in changes] == ["Two", "One"]


def test_a_file_that_was_never_committed_has_no_change(repository: Repository) -> None:
    """What git does not know has no date."""
    repository.commit("One", {"docs/README.md": "1\n"})
    (repository.folder / "docs" / "new.md").write_text("# New\n")

    assert read_history(repository.folder / "docs").last_change("new.md") is None


@pytest.mark.parametrize("name", ["größe und mehr.md", "a\tb.md", 'quo"te.md', "日本.md"])
def test_names_come_as_they_are(repository: Repository, name: str) -> None:
    """Git's quoting of odd names does not reach us."""
    repository.commit("Add a page", {f"docs/{name}": "# A\n"})

    assert read_history(repository.folder / "docs").last_change(name) is not None


def test_a_commit_message_can_not_pass_for_something_else(repository: Repository) -> None:
    """Only the subject is read, in whatever characters."""
    repository.commit("Grüße, <b>grafted</b> & 日本\n\ngrafted\n\x01", {"docs/README.md": "1\n"})

    (change,) = read_history(repository.folder / "docs").changes()

    assert change.subject == "Grüße, <b>grafted</b> & 日本"
    assert change.uris == ("README.md",)


def test_the_date_keeps_the_committers_offset(repository: Repository) -> None:
    """A date is the day that it was where the commit was made."""
    repository.commit("One", {"docs/README.md": "1\n"}, date="2026-01-01T23:30:00 +0530")

    (change,) = read_history(repository.folder / "docs").changes()

    assert change.date.utcoffset() == timedelta(hours=5, minutes=30)
    assert change.date.isoformat() == "2026-01-01T23:30:00+05:30"


def test_a_shallow_clone_dates_only_what_it_knows(repository: Repository, tmp_path: Path) -> None:
    """The commit where the clone was cut off says nothing about its files."""
    repository.commit("One", {"docs/README.md": "1\n", "docs/b.md": "1\n"}, day=1)
    repository.commit("Two", {"docs/README.md": "2\n"}, day=2)
    repository.commit("Three", {"docs/b.md": "3\n"}, day=3)
    clone = tmp_path / "clone"
    address = repository.folder.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth", "2", address, clone], check=True)

    history = read_history(clone / "docs")

    change = history.last_change("b.md")
    assert change is not None
    assert change.subject == "Three"
    assert history.last_change("README.md") is None


def test_without_a_repository_there_is_no_history(tmp_path: Path) -> None:
    """A guide need not be under git."""
    assert read_history(tmp_path).changes() == []


def test_a_repository_without_a_commit_has_no_history(repository: Repository) -> None:
    """The first build may come before the first commit."""
    (repository.folder / "docs").mkdir()

    assert read_history(repository.folder / "docs").changes() == []


def test_without_git_there_is_no_history(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Git is not needed to build."""
    repository.commit("One", {"docs/README.md": "1\n"})
    monkeypatch.setenv("PATH", str(tmp_path))

    history = read_history(repository.folder / "docs")

    assert history.changes() == []
    assert history.failure == "git can't be run (No such file or directory)"


def test_a_git_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The build goes on without a history."""
    stuck = tmp_path / "git"
    stuck.write_text("#!/bin/sh\nexec sleep 600\n")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("liveguide.builder.history.SECONDS", 0.2)

    history = read_history(tmp_path)

    assert history.changes() == []
    assert history.failure == "it takes more than 0.2 s"


def test_what_git_says_of_its_failure_is_told(repository: Repository) -> None:
    """Such as that the repository is another user's, which containers often hear."""
    repository.commit("One", {"docs/README.md": "1\n"})
    (repository.folder / ".git/config").write_text("[core\n")

    failure = read_history(repository.folder / "docs").failure

    assert failure.startswith("fatal: ")
    assert "\n" not in failure


def test_a_hooks_environment_does_not_lead_astray(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A build that a hook of another repository starts reads the guide's own."""
    repository.commit("One", {"docs/README.md": "1\n"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))

    assert len(read_history(repository.folder / "docs").changes()) == 1
