"""
Whether a built site is still what its sources would give.

The manifest that each build leaves in its site holds a fingerprint of all that
the build read. Imports neither Markdown nor Pygments: the server asks at every start.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from .digests import Digests
from .sources import MANIFEST, walk

_RENDERERS = ("backports.zstd", "brotli", "markdown", "pillow", "pygments", "segno", "tornado")
_PACKAGE = Path(__file__).parent.parent


def read_manifest(site: Path) -> dict[str, Any]:
    """Return what the last build noted in *site*; empty where there is nothing readable."""
    try:
        manifest = json.loads((site / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_current(guide: Path, site: Path) -> bool:
    """Return whether *site* is what a build of *guide* would give now."""
    manifest = read_manifest(site)
    included = manifest.get("included")
    if not isinstance(included, list) or not (site / "404.html").is_file():
        return False
    now = with_included(fingerprint(guide, site), guide, included)
    return bool(manifest.get("fingerprint") == now)


def fingerprint(guide: Path, site: Path, digests: Digests | None = None) -> str:
    """
    Return a hash of everything that a build of *guide* reads, but for files outside the guide.

    A build takes it before it reads: what is changed while it runs makes its site stale.

    Args:

        guide: The guide folder.

        site: The output folder, which does not count where it is inside the guide.

        digests: The hashes of files that are known already.
    """
    digests = digests or Digests()
    digest = hashlib.sha256()
    for name in _RENDERERS:
        digest.update(f"{name} {digests.of_package(name)}\n".encode())
    for part in ("builder", "frontend", "words"):
        for uri, path in walk(_PACKAGE / part, site):
            _add(digest, uri, path, digests)
    for uri, path in walk(guide, site):
        _add(digest, uri, path, digests)
    return digest.hexdigest()


def with_included(
    fingerprint: str, guide: Path, included: list[str], digests: Digests | None = None
) -> str:
    """Return *fingerprint* with the files outside *guide*, named relative to it, added."""
    digest = hashlib.sha256(fingerprint.encode())
    for uri in sorted(included):
        _add(digest, uri, guide / uri, digests or Digests())
    return digest.hexdigest()


def _add(digest: Any, uri: str, path: Path, digests: Digests) -> None:
    digest.update(f"{uri!a} {digests.of(path)}\n".encode())
