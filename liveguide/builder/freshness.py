"""
Whether a built site is still what its sources would give.

The manifest that each build leaves in its site holds a fingerprint of all that
the build read. Imports neither Markdown nor Pygments: the server asks at every start.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from .commits import commit_of
from .digests import Digests, releases
from .walking import MANIFEST, THEME, walk

_RENDERERS = (
    *("backports-zstd", "brotli", "imagesize", "markdown", "pillow", "pygments"),
    *("pymdown-extensions", "pyyaml", "segno", "tdewolff-minify", "tornado"),
)
_PACKAGE = Path(__file__).parent.parent


class Found(NamedTuple):
    """
    What there is before a build begins: what changes while it runs makes its site stale.

    Attributes:

        guide: The guide folder.

        builder: The hash of what builds: our own files, and the releases of the libraries.

        files: The hash of that, and of the guide's files.

        commit: The commit that the guide stands at.
    """

    guide: Path
    builder: str
    files: str
    commit: str

    def noted(self, included: list[str], digests: Digests) -> dict[str, str]:
        """
        Return what a site says of the sources that it was made of.

        Args:

            included: The files outside the guide that its pages show, named relative to it.

            digests: The hashes of files that are known already.
        """
        digest = hashlib.sha256(self.files.encode())
        for uri in sorted(included):
            _add(digest, uri, self.guide / uri, digests)
        return {"fingerprint": digest.hexdigest(), "commit": self.commit}


def find(guide: Path, site: Path, digests: Digests) -> Found:
    """
    Return what a build of *guide* begins with.

    Args:

        guide: The guide folder.

        site: The output folder, which does not count where it is inside the guide.

        digests: The hashes of files that are known already.
    """
    builder = _of_builder(digests)
    digest = hashlib.sha256(builder.encode())
    for uri, path in walk(guide, site):
        _add(digest, uri, path, digests)
    # Whatever stands there is used: what a link leads to, and files with a dot in front, too.
    theme = guide / THEME
    used = digests.of(theme / "styles.css"), digests.of_folder(theme / "templates")
    digest.update(" ".join(used).encode())
    return Found(guide, builder, digest.hexdigest(), commit_of(guide))


def read_manifest(site: Path) -> dict[str, Any]:
    """Return what the last build noted in *site*; empty where there is nothing readable."""
    try:
        manifest = json.loads((site / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_current(guide: Path, site: Path) -> bool:
    """
    Return whether *site* is what a build of *guide* would give now.

    A guide that has come without its repository, as into a container, is taken for
    the commit that the site was built from.
    """
    manifest = read_manifest(site)
    included = manifest.get("included")
    if not isinstance(included, list) or not (site / "404.html").is_file():
        return False
    digests = Digests()
    now = find(guide, site, digests).noted(included, digests)
    now["commit"] = now["commit"] or manifest.get("commit", "")
    return all(manifest.get(key) == value for key, value in now.items())


def _of_builder(digests: Digests) -> str:
    digest = hashlib.sha256(releases(_RENDERERS).encode())
    for path in sorted(_PACKAGE.glob("*.py")):
        _add(digest, path.name, path, digests)
    for part in ("builder", "frontend", "words"):
        for uri, path in walk(_PACKAGE / part, _PACKAGE):
            _add(digest, uri, path, digests)
    return digest.hexdigest()


def _add(digest: Any, uri: str, path: Path, digests: Digests) -> None:
    digest.update(f"{uri!a} {digests.of(path)}\n".encode())
