"""A file of the site as it is sent: its content in one coding, with its headers."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tornado.httputil import format_timestamp

from ..safety import make_safe
from .codings import ENDINGS, IDENTITY
from .conditions import Validators
from .head import Head
from .manifest import Manifest, Version, version_of

LARGEST = 4 * 1024 * 1024
"""In bytes: what is larger is read from the disk each time, and sent as it is."""

LIVE = "live"
"""The metric by which a page knows this server; on others it asks for `status.json`."""

HEADERS = {"Cache-Control": "no-cache"}
"""What every answer has, besides what all of the server's have."""

# Their names hold a hash of what they show, or that of their folder does. The builder writes them,
# and nobody else.
_NAMED_BY_CONTENT = re.compile(r"_liveguide/(?:cards|qr|snippets|[0-9a-f]{12})/")

# What a 304 leaves out: it tells of the content, which is not sent.
_OF_CONTENT = ("Accept-Ranges", "Content-Encoding", "Content-Length")

# Named here because the answer of `mimetypes` depends on the computer's own files.
_TYPES = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".yaml": "text/plain",
    ".yml": "text/plain",
}
_TEXT = {"application/json", "application/manifest+json", "application/xml", "image/svg+xml"}
_others = mimetypes.MimeTypes(filenames=())


@dataclass(frozen=True)
class SiteFile:
    """
    One file of the site, in one coding, in one state.

    Attributes:

        output: Its path in the site.

        version: The state of the file on disk.

        site_version: The state of the site's manifest.

        validators: What tells this state from others.

        size: Its size in bytes, in this coding.

        head: That of an answer with all of it.

        unchanged: That of an answer that says that it is what the client has.

        content: The content; `None` for a large file.

        opened: Then, the open file.
    """

    output: str
    version: Version
    site_version: Version | None
    validators: Validators
    size: int
    head: Head
    unchanged: Head
    content: bytes | None
    opened: BinaryIO | None

    def is_current(self, site: str, site_version: Version | None) -> bool:
        """Say whether the disk has what is kept here."""
        try:
            version = version_of(os.stat(f"{site}/{self.output}"))
        except OSError:
            return False
        return version == self.version and site_version == self.site_version

    def close(self) -> None:
        """Send nothing of it."""
        if self.opened is not None:
            self.opened.close()


def read_file(path: str, output: str, coding: str, manifest: Manifest) -> SiteFile:
    """
    Read a file of the site, or only open it where it is large.

    Args:

        path: Where it is.

        output: Its path in the site.

        coding: The coding that its reader would like. Where its copy is missing or of
            another state of the file, it is read as it is.

        manifest: Tells its policy, and of which state its copies are.

    Raises:

        OSError: It can't be read.
    """
    opened = open(path, "rb")  # noqa: SIM115  # what is large is sent from it
    state = os.fstat(opened.fileno())
    version, size = version_of(state), state.st_size
    content, tag = None, "-".join(f"{part:x}" for part in version)
    copy = None
    if size <= LARGEST:
        with opened:
            content = opened.read()
        tag = hashlib.sha256(content).hexdigest()[:32]
        if coding != IDENTITY and tag == manifest.digest(output):
            copy = _copy(path + ENDINGS[coding])
    if copy is None:
        coding = IDENTITY
    else:
        content, tag = copy, f"{tag}-{coding}"
    if content is not None:
        size = len(content)
    modified = int(state.st_mtime)  # HTTP's dates have whole seconds
    validators = Validators(f'"{tag}"', modified, format_timestamp(modified))
    head = Head(200, _headers(output, coding, validators, size, manifest))
    return SiteFile(
        output,
        version,
        manifest.seen,
        validators,
        size,
        head,
        head.but(304, {}, without=_OF_CONTENT),
        content,
        opened if content is None else None,
    )


def _copy(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _headers(
    output: str, coding: str, validators: Validators, size: int, manifest: Manifest
) -> dict[str, str]:
    kind = content_type(output)
    headers = {
        **HEADERS,
        "Accept-Ranges": "bytes",
        "Content-Length": str(size),
        "Content-Security-Policy": manifest.policy(output),
        "Content-Type": kind,
        "Etag": validators.tag,
        "Last-Modified": validators.date,
    }
    if _NAMED_BY_CONTENT.match(output):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if coding != IDENTITY:
        headers["Content-Encoding"] = coding
    if manifest.codings(output):
        headers["Vary"] = "Accept-Encoding"
    if output.startswith("_liveguide/") and output.endswith(".js"):
        # The frame in which edited code runs has no origin, and loads these as modules.
        headers["Access-Control-Allow-Origin"] = "*"
    if kind.startswith("text/html"):
        # Tells the page that there is a live server behind it, before it has to ask.
        headers["Server-Timing"] = LIVE
    make_safe(headers)
    return headers


def content_type(path: str) -> str:
    """Return the `Content-Type` of a file, by its name alone."""
    name = path.lower()
    kind = _TYPES.get(os.path.splitext(name)[1])
    if kind is None:
        kind, encoding = _others.guess_type(name)
        if encoding is not None:
            kind = "application/gzip" if encoding == "gzip" else None
    if kind is None:
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in _TEXT else kind
