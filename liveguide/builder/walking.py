"""Which files belong to a guide, and where the site that is made of them says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

MANIFEST = ".liveguide.json"
"""The file at the top of a built site that describes it to the server and to the next build."""

THEME = "_theme"
"""The folder at the top of a guide whose `templates/` and `styles.css` change how pages look."""

SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})


def walk(
    guide: Path, site: Path, on_error: Callable[[OSError], object] = lambda _: None
) -> Iterator[tuple[str, Path]]:
    """
    Yield the uri and the path of every file that belongs to *guide*, in a fixed order.

    Folders that can't be read are passed over, and *on_error* is told of each; not of those that
    were removed just now.
    """
    real_site = os.path.realpath(site)
    waiting = [(os.fspath(guide), "")]
    while waiting:
        folder, above = waiting.pop()
        folders, files = [], []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    try:
                        if entry.is_file():
                            files.append(entry.name)
                        elif entry.is_dir() and not entry.is_symlink():
                            folders.append(entry.name)
                    except OSError:
                        pass  # a link that leads nowhere, in a circle say
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            on_error(error)
            continue
        for name in sorted(files):
            yield above + name, Path(folder, name)
        for name in sorted(folders, reverse=True):
            path = os.path.join(folder, name)
            if (
                name not in SKIPPED_FOLDERS
                and os.path.realpath(path) != real_site
                and not os.path.isfile(os.path.join(path, MANIFEST))
            ):
                waiting.append((path, f"{above}{name}/"))
