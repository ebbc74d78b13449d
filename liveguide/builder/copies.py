"""
Compressed copies of the site's text, for servers to send as they are.

Each stands beside its file, as `page.html.gz`, where nginx looks for it; the manifest
lists them, so that nobody takes a file of the guide's for one. Whoever writes a file makes its
copies, and what is kept of the old site is kept with them.

The levels are those after which each library takes much longer for little: together they take
40 ms for a megabyte. Brotli's highest would save another twentieth in twenty times the time.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

ENDINGS = {"br": ".br", "gzip": ".gz", "zstd": ".zst"}
"""What a copy's name ends with, by its content coding (RFC 9110, section 8.4.1; RFC 8878)."""

SMALLEST = 1024
"""In bytes: what is smaller fits one packet either way."""

LARGEST = 16 * 1024 * 1024
"""In bytes: what is larger is rarely text that somebody reads.

Copies of what has more than 4 MiB are for nginx: our own server sends such files as they are.
"""

_TEXT = (
    *(".css", ".csv", ".htm", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt"),
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
            "gzip": lambda text: zlib.compress(text, 5, wbits=31)  # as gzip, without a time
        }
        if brotli is not None:
            # A window that is larger than the text takes time, and no byte off; one of more than
            # 64 KiB takes 2 MiB of memory, for a fiftieth off the largest texts.
            self.by_coding["br"] = lambda text: brotli.compress(
                text, quality=5, lgwin=min(16, max(10, len(text).bit_length()))
            )
        if zstd is not None:
            frames = zstd.ZstdCompressor(level=4)  # a new one for each text takes as long again
            self.by_coding["zstd"] = lambda text: frames.compress(text, frames.FLUSH_FRAME)
        wanted = {"br": ("brotli", brotli), "zstd": ("backports.zstd", zstd)}
        self.missing = {coding: name for coding, (name, module) in wanted.items() if not module}
        self.versions = (
            f"zlib {zlib.ZLIB_RUNTIME_VERSION}, brotli {getattr(brotli, '__version__', '')}, "
            f"zstd {getattr(zstd, 'zstd_version', '')}"
        )

    def notes(self) -> list[str]:
        """Say which packages would make the site's text travel lighter."""
        if not self.missing:
            return []
        packages = " ".join(self.missing.values())
        return [f"The site is not compressed as {', '.join(self.missing)}: pip install {packages}"]


class Copier:
    """
    Writes the copies of one site.

    Attributes:

        taken: The files and folders of the guide whose names are those of copies: they stay what
            they are.

    Args:

        site: The site that is being written.

        outputs: The paths in it of the guide's own files and folders.

        compressors: What to make the copies with.
    """

    def __init__(
        self, site: Path, outputs: Iterable[str] = (), compressors: Compressors | None = None
    ) -> None:
        self.taken = {output for output in outputs if output.endswith(tuple(ENDINGS.values()))}
        self._site = str(site)
        self.compressors = compressors or Compressors()
        _keep_freed_memory()

    def copy(self, outputs: Collection[str]) -> dict[str, str]:
        """
        Write the copies of these files, as far as they are smaller than what they copy.

        Returns:

            What the manifest says of them: by file, its digest and the codings that it has, the
            smallest copy's first.
        """
        copied = {}
        for output in outputs:
            if not output.lower().endswith(_TEXT) or output.rpartition("/")[2].startswith("."):
                continue
            path = f"{self._site}/{output}"
            if SMALLEST <= os.stat(path).st_size <= LARGEST:
                with open(path, "rb") as file:
                    content = file.read()
                copied[output] = " ".join([digest_of(content), *self._compress(output, content)])
        return copied

    def _compress(self, output: str, text: bytes) -> list[str]:
        copies = {
            coding: compress(text)
            for coding, compress in self.compressors.by_coding.items()
            if output + ENDINGS[coding] not in self.taken
        }
        smaller = [coding for coding in copies if len(copies[coding]) < len(text)]
        for coding in smaller:
            with open(f"{self._site}/{output}{ENDINGS[coding]}", "wb") as file:
                file.write(copies[coding])
        return sorted(smaller, key=lambda coding: (len(copies[coding]), coding))


def _keep_freed_memory() -> None:
    """
    Have the C library keep memory that is freed.

    Each compressor takes half a megabyte and frees it, for each text anew. The GNU C library gives
    such pieces back to the system, and to get them again takes a third of the time; up to the size
    of what was freed once, it keeps them (mallopt(3), `M_MMAP_THRESHOLD`).
    """
    bytes(4 * 1024 * 1024)


def copies_of(copied: str, output: str) -> list[str]:
    """Return the paths of a file's copies, of which the manifest says *copied*."""
    return [f"{output}{ENDINGS[coding]}" for coding in copied.split(" ")[1:]]


def digest_of(content: bytes) -> str:
    """Return the hash by which the manifest knows a file's content."""
    return hashlib.sha256(content).hexdigest()[:32]
