"""
A new topic of a guide, made from the files in `starter/`.

They are real files. In them, `topic-name` stands for the topic's name, and
`TOPIC TITLE` for its title.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .errors import UsageError

_STARTER = Path(__file__).parent / "starter"
_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_LONGEST = 80


def new_topic(name: str, guide: Path, generated: Mapping[str, str]) -> list[Path]:
    """
    Make a folder *name* in the guide, and the guide too where it is not there or empty.

    All is there in the end, or nothing; what is there already is never written to.

    Args:

        name: Letters, digits and dashes; it becomes a part of the page's address.

        guide: The guide folder.

        generated: The text of files that are not in `starter/`, by their paths
            below the guide; those whose folder is there already are left out.

    Returns:

        The files and folders that were made in the guide, the topic's own last.

    Raises:

        UsageError: The name can't be used, or something of that name is there already.

        OSError: A file can't be written.
    """
    _check_name(name)
    if os.path.lexists(guide) and not guide.exists():
        raise UsageError(f"{guide} is a link that leads nowhere; name another with --guide")
    if guide.exists() and not guide.is_dir():
        raise UsageError(f"{guide} is not a folder; name another with --guide")
    if os.path.lexists(guide / name):
        raise UsageError(f"{guide / name} is there already; choose another name, or edit it")
    undone = contextlib.ExitStack()
    with undone:
        for folder in _missing(guide):
            folder.mkdir()
            undone.callback(_remove_if_empty, folder)
        is_new = all(path.name.startswith(".") for path in guide.iterdir())
        with tempfile.TemporaryDirectory(prefix=".new-", dir=guide) as temporary:
            staged = Path(temporary)
            if is_new:
                _copy(_STARTER / "guide", staged, name)
            _copy(_STARTER / "topic", staged / name, name)
            for path, text in generated.items():
                if not os.path.lexists(guide / Path(path).parts[0]):
                    (staged / path).parent.mkdir(exist_ok=True)
                    (staged / path).write_text(text, encoding="utf-8")
            made = []
            for source in sorted(staged.iterdir(), key=lambda path: (path.name == name, path)):
                target = guide / source.name
                os.rename(source, target)
                undone.callback(_remove, target)
                made.append(target)
        undone.pop_all()
    return made


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) and len(name) <= _LONGEST:
        return
    likely = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST].strip("-")
    raise UsageError(
        f"{name!r} can't be the name of a topic; use letters, digits and dashes, "
        f"{_LONGEST} at most, as in {likely or 'my-topic'!r}"
    )


def _missing(folder: Path) -> list[Path]:
    """Return *folder* and those above it that are not there, the uppermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return missing[::-1]


def _copy(source: Path, target: Path, name: str) -> None:
    """Copy a folder of the starter, with the topic's name and title filled in."""
    words = name.replace("-", " ")
    title = words[0].upper() + words[1:]
    target.mkdir(exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            text = text.replace("topic-name", name).replace("TOPIC TITLE", title)
            (target / path.name).write_text(text, encoding="utf-8")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
