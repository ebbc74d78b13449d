"""
Which commit a guide stands at, without running git, which takes longer than all else that a
build without a change does.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def commit_of(guide: Path) -> str:
    """
    Return a word that is another whenever `git log` may say something else of a guide.

    It is empty outside a repository, and before its first commit. Git's files are those that
    gitrepository-layout(5) and gitformat-reftable(5) describe.

    Args:

        guide: The guide folder.
    """
    folder = guide.resolve()
    git = next((top / ".git" for top in (folder, *folder.parents) if (top / ".git").exists()), None)
    if git is None:
        return ""
    named = _text(git) if git.is_file() else ""  # a worktree's, or a submodule's
    if named.startswith("gitdir:"):
        git = git.parent / named.removeprefix("gitdir:").strip()
    shared = _text(git / "commondir").strip()
    common = git / shared if shared else git
    head = _text(git / "HEAD").strip()
    known = [head, _text(common / "shallow")]
    if head.startswith("ref:"):
        name = head.removeprefix("ref:").strip()
        tip = _text(git / name) or _text(common / name)
        tip = tip or _text(common / "packed-refs") + _text(common / "reftable/tables.list")
        if not tip:
            return ""
        known.append(tip)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
