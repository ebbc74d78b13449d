"""The site that stands there from the last build: whether it is as it was left, and its files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from .digests import digest_of
from .walking import MANIFEST


def manifest_stamp(site: Path) -> object:
    """Return what tells the manifest of a site from that of any other; `None` if it has none."""
    try:
        return _stamp((site / MANIFEST).stat())
    except OSError:
        return None


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_mode


def stamps(site: Path) -> str:
    """Return a hash of what the file system tells of each file of a site, folder by folder."""
    folders = []
    waiting = [str(site)]
    while waiting:
        folder = waiting.pop()
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        found.append((entry.name, *_stamp(entry.stat(follow_symlinks=False))))
        except OSError:
            return ""
        if found:
            folders.append((folder, digest_of(sorted(found))))
    return digest_of(sorted(folders))


def link_all(outputs: Collection[str], site: Path, staging: Path) -> None:
    """Put these files of a site into another folder, too."""
    for folder in {output.rpartition("/")[0] for output in outputs}:
        (staging / folder).mkdir(parents=True, exist_ok=True)
    # Not as paths, which for so many files take as long to join as to link.
    source, target = os.fspath(site), os.fspath(staging)
    for output in outputs:
        link(f"{source}/{output}", f"{target}/{output}")


def link(source: str | Path, path: str | Path) -> None:
    """Make a file stand at another path, too."""
    try:
        os.link(source, path)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(source, path)


def is_same(one: Path, other: Path) -> bool:
    """Say whether two files are there and have the same content."""
    import filecmp  # for builds alone that write something

    try:
        return filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
