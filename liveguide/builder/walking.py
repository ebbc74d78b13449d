"""Which files belong to a guide, and where the site that is made of them says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

MANIFEST = ".liveguide.json"
"""The file at the top of a built site that describes it to the server and to the next build."""

SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})


def walk(guide: Path, site: Path) -> Iterator[tuple[str, Path]]:
    """Yield the uri and the path of every file that belongs to *guide*, in a fixed order."""
    real_site = os.path.realpath(site)
    top = len(os.path.join(guide, ""))
    for folder, folders, names in os.walk(guide):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in SKIPPED_FOLDERS
            and os.path.realpath(os.path.join(folder, name)) != real_site
            and not os.path.isfile(os.path.join(folder, name, MANIFEST))
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.startswith(".") and os.path.isfile(path):
                yield path[top:].replace(os.sep, "/"), Path(path)
