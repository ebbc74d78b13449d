"""
Write a site beside the old one, then put it in its place in one step.

Whatever interrupts a build, the site is the old one or the new one, whole. All
that is temporary stands in `.liveguide/` beside the site, which may be deleted
when no build is running. A preview stands in that folder itself.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputBusy, UsageError, no_guide
from .walking import MANIFEST

WORK_FOLDER = ".liveguide"


def work_folder(site: Path) -> Path:
    """Return the folder for what is temporary, beside a site; a preview stands in it itself."""
    site = site.resolve()
    return site.parent if site.parent.name == WORK_FOLDER else site.parent / WORK_FOLDER


def cache_of(site: Path) -> Path:
    """Return the folder in which the builds of a site keep what the next need not make again."""
    return work_folder(site) / "cache" / site.resolve().name


def write_file(site: Path, output: str, text: str) -> None:
    """Write one text file of the site."""
    write_pieces(site, output, [text])


def write_pieces(site: Path, output: str, texts: Iterable[str]) -> None:
    """Write one text file of the site, piece by piece: all of a large one is never in memory."""
    path = f"{site}/{output}"  # not as a path: so many take long to join
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(texts)


def copy_file(source: Path, path: Path) -> None:
    """Copy the content of a file, as a site has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def check_output(guide: Path, site: Path) -> None:
    """
    Refuse an output folder whose replacement would destroy something.

    Raises:

        UsageError: There is no guide; the output is or holds the guide, is a file, or holds files
            that no build wrote; or the folder for what is temporary is in somebody else's hands.
    """
    if not guide.is_dir():
        raise no_guide(guide)
    try:
        real_guide, real_site = guide.resolve(), site.resolve()
        site.exists()
    except (RuntimeError, OSError):  # the one in Python 3.12, the other after it
        raise UsageError(f"the output {site} is a link that leads nowhere; name a folder") from None
    if real_site == real_guide or real_site in real_guide.parents:
        raise UsageError(
            f"the output {site} holds the guide {guide}, which would be lost; name another folder"
        )
    _check_work_folder(work_folder(site))
    if not site.exists():
        return
    if not site.is_dir():
        raise UsageError(f"the output {site} is a file; name a folder")
    if not (site / MANIFEST).is_file() and any(site.iterdir()):
        raise UsageError(
            f"the output {site} holds files that no build wrote, and they would be lost; "
            "name a new or an empty folder"
        )


def _check_work_folder(work: Path) -> None:
    """Refuse a folder of somebody who can change the site by that alone."""
    try:
        status = work.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(status.st_mode):
        raise UsageError(f"{work} is no folder, but a file or a link; delete it")
    if status.st_uid not in (os.geteuid(), work.parent.stat().st_uid):
        raise UsageError(f"{work} is another user's, who could change the site; delete it")


def in_site(filename: str, site: Path) -> str:
    """Name a file as it is called in the site, where it is one that a build is writing."""
    work = rf".*/{re.escape(WORK_FOLDER)}/{re.escape(site.name)}\.\w{{8}}\.tmp(?=/|$)"
    return re.sub(work, lambda _: str(site), filename)


@contextmanager
def staged(site: Path) -> Iterator[Path]:
    """
    Lend an empty folder that takes the place of *site* when the block ends without an exception.

    Raises:

        UsageError: Somebody else could change what is written.

        OutputBusy: Another build is writing the same site.

        OSError: The disk is full, or the folder can't be written.
    """
    site = site.resolve()
    work = work_folder(site)
    work.mkdir(parents=True, exist_ok=True)
    _check_work_folder(work)
    # No link that somebody has put there is followed.
    how = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(work / f"{site.name}.lock", how, 0o600), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputBusy(f"another build is writing {site.name}; wait until it ends") from None
        # What a build that was killed has left; no other site's, whose name may begin alike.
        ours = re.compile(rf"{re.escape(site.name)}\.\w{{8}}(\.old)?\.tmp")
        for left in work.iterdir():
            if ours.fullmatch(left.name):
                shutil.rmtree(left, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=f"{site.name}.", suffix=".tmp", dir=work))
        try:
            staging.chmod(0o777 & ~umask())
            yield staging
            _put_in_place(staging, site)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, site: Path) -> None:
    """Exchange the two folders in one step; the old site is then the staging folder."""
    if not site.exists():
        staging.rename(site)
        return
    if _exchange(staging, site):
        return
    # No such system call here: between these two lines there is no site.
    old = staging.with_suffix(".old.tmp")
    site.rename(old)
    try:
        staging.rename(site)
    except OSError:
        old.rename(site)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two paths atomically: `renameat2` on Linux, `renamex_np` on macOS."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        return bool(library.renamex_np(first, second, 2) == 0)
    at_working_directory, exchange = -100, 2
    try:
        call = library.renameat2
    except AttributeError:
        return False
    return bool(call(at_working_directory, first, at_working_directory, second, exchange) == 0)


def umask() -> int:
    """Return which rights the files that this process makes do not have."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
