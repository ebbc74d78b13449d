"""
Compressed copies of the site's text, for servers to send as they are.

Each stands beside its file, as `page.html.gz`, where nginx looks for it; the manifest
lists them, so that nobody takes a file of the guide's for one. What the old site has of a
file that has not changed is kept.

The levels are those after which each library takes much longer for little: together they take
60 ms for a megabyte. Brotli's highest would save another twentieth in twenty times the time.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from .digests import Digests
from .freshness import read_manifest

ENDINGS = {"br": ".br", "gzip": ".gz", "zstd": ".zst"}
"""What a copy's name ends with, by its content coding (RFC 9110, section 8.4.1; RFC 8878)."""

SMALLEST = 1024
"""In bytes: what is smaller fits one packet either way."""

LARGEST = 16 * 1024 * 1024
"""In bytes: what is larger is rarely text that somebody reads."""

_TEXT = (
    *(".css", ".csv", ".htm", ".html", ".js", ".json", ".map", ".md", ".mjs", ".svg", ".txt"),
    *(".wasm", ".webmanifest", ".xhtml", ".xml", ".yaml", ".yml"),
)

Compress = Callable[[bytes], bytes]


def _optional(*names: str) -> ModuleType | None:
    """Return the first of these modules that is there."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


class Compressors:
    """
    The codings that this Python can write.

    Attributes:

        missing: The packages that would be needed for the others, by their codings.

        versions: What the copies are made with; two that say the same make the same bytes.
    """

    def __init__(self) -> None:
        brotli = _optional("brotli")
        zstd = _optional("compression.zstd", "backports.zstd")
        self.by_coding: dict[str, Compress] = {
            "gzip": lambda text: zlib.compress(text, 6, wbits=31)  # as gzip, without a time
        }
        if brotli is not None:
            self.by_coding["br"] = lambda text: brotli.compress(text, quality=5)
        if zstd is not None:
            self.by_coding["zstd"] = lambda text: zstd.compress(text, 6)
        wanted = {"br": ("brotli", brotli), "zstd": ("backports.zstd", zstd)}
        self.missing = {coding: name for coding, (name, module) in wanted.items() if not module}
        digests = Digests()
        zstd_version = getattr(zstd, "zstd_version", "")
        self.versions = (
            f"zlib {zlib.ZLIB_RUNTIME_VERSION}, brotli {digests.of_package('brotli')}, "
            f"zstd {zstd_version}"
        )

    def notes(self) -> list[str]:
        """Say which packages would make the site's text travel lighter."""
        if not self.missing:
            return []
        packages = " ".join(self.missing.values())
        return [f"The site is not compressed as {', '.join(self.missing)}: pip install {packages}"]


def write_copies(
    staging: Path, site: Path, compressors: Compressors | None = None, threads: int | None = None
) -> dict[str, Any]:
    """
    Write the copies of a new site, as far as they are smaller than what they copy.

    Args:

        staging: The new site, complete but for its manifest.

        site: The old one, if there is one, whose copies are kept where they still fit.

        compressors: What to make them with.

        threads: How many files to compress at once; `None` for as many as there are processors.

    Returns:

        What the manifest says of them: by file, its digest and the codings that it has.
    """
    compressors = compressors or Compressors()
    manifest = read_manifest(site)
    known = manifest.get("copies") if manifest.get("compressors") == compressors.versions else None
    old = known if isinstance(known, dict) else {}
    files = sorted(_text_files(staging))

    def copied(output: str) -> str:
        text = (staging / output).read_bytes()
        digest = digest_of(text)
        kept = str(old.get(output, "")).split(" ")
        if kept[0] == digest and _keep(site, staging, output, kept[1:]):
            return " ".join(kept)
        codings = _compress(staging, output, text, compressors.by_coding)
        return " ".join([digest, *codings])

    # All three libraries let go of the interpreter while they work.
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        copies = dict(zip(files, pool.map(copied, files), strict=True))
    return {"copies": copies, "compressors": compressors.versions}


def digest_of(content: bytes) -> str:
    """Return the hash by which the manifest knows a file's content."""
    return hashlib.sha256(content).hexdigest()[:32]


def _text_files(folder: Path) -> Iterable[str]:
    top = len(str(folder)) + 1
    for path, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(_TEXT) and not name.startswith("."):
                file = os.path.join(path, name)
                if SMALLEST <= os.stat(file).st_size <= LARGEST:
                    yield file[top:].replace(os.sep, "/")


def _compress(
    staging: Path, output: str, text: bytes, compressors: dict[str, Compress]
) -> list[str]:
    """Write a file's copies; return their codings, the smallest copy's first."""
    copies = {coding: compress(text) for coding, compress in compressors.items()}
    codings = []
    for coding in sorted(copies, key=lambda coding: (len(copies[coding]), coding)):
        path = staging / f"{output}{ENDINGS[coding]}"
        # A file of the guide's own with that name stays what it is.
        if len(copies[coding]) < len(text) and not path.exists():
            path.write_bytes(copies[coding])
            codings.append(coding)
    return codings


def _keep(site: Path, staging: Path, output: str, codings: list[str]) -> bool:
    """Put the old site's copies into the new one, by hard links; say whether all were there."""
    linked: list[Path] = []
    for coding in codings:
        name = f"{output}{ENDINGS.get(coding, '')}"
        try:
            os.link(site / name, staging / name)
        except OSError:
            for path in linked:
                path.unlink()
            return False
        linked.append(staging / name)
    return True
