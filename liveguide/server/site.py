"""The built site, as files: what browsers fetch before they open a WebSocket."""

from __future__ import annotations

import datetime
import json
import mimetypes
import os
from collections.abc import Iterator
from http.client import responses
from pathlib import Path
from typing import Any, BinaryIO

from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from .compression import LARGEST, SMALLEST, Compressed, accepts_gzip
from .ongoing import Ongoing

MANIFEST = ".liveguide.json"
"""The file, written by the builder, that holds each page's Content-Security-Policy."""

DEFAULT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'"
)
"""The policy of everything that the builder names none for."""

LIVE = "live"
"""The metric by which a page knows this server; on others it asks for `status.json`."""

# A policy in a <meta> element may not have this one, so the builder leaves it to us.
_FRAMES = "; frame-ancestors 'self'"

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
_compressed = Compressed()
_others = mimetypes.MimeTypes(filenames=())

_CHUNK = 64 * 1024


class Manifest:
    """
    The policies of the site's pages, read again whenever the builder has written them.

    A manifest that is missing or broken names no policies, and no drafts.
    """

    def __init__(self, site: Path) -> None:
        self._path = site / MANIFEST
        self._version: tuple[int, int, int] | None = None
        self._policies: dict[str, str] = {}
        self._drafts: frozenset[str] = frozenset()

    def is_draft(self, page: str) -> bool:
        """Say whether a page is there only because its author looks at it."""
        self._refresh()
        return page in self._drafts

    def policy(self, page: str) -> str:
        """Return the Content-Security-Policy of a file, by its path in the site."""
        self._refresh()
        return self._policies.get(page, DEFAULT_POLICY) + _FRAMES

    def _refresh(self) -> None:
        try:
            with self._path.open("rb") as file:
                version = _version(os.fstat(file.fileno()))
                if version == self._version:
                    return
                manifest = json.load(file)
                policies = manifest.get("policies", {}).items()
                drafts = frozenset(map(str, manifest.get("drafts", [])))
        except (OSError, ValueError, AttributeError, TypeError):
            self._version, self._policies, self._drafts = None, {}, frozenset()
            return
        self._drafts = drafts
        self._version = version
        self._policies = {
            page: policy
            for page, policy in policies
            if isinstance(policy, str) and policy.isascii() and policy.isprintable()
        }


class SiteHandler(StaticFileHandler):
    """
    One file of the built site.

    A build may replace the whole folder between two requests, or within one.
    So the folder is found anew for each request, and what is sent (headers
    and content) comes from one open file.
    """

    def initialize(  # type: ignore[override]  # Tornado passes each handler's own arguments
        self, site: Path, manifest: Manifest, responses: Ongoing[SiteHandler]
    ) -> None:
        super().initialize(os.path.realpath(site), "index.html")
        self.manifest = manifest
        self.responses = responses
        self._file: BinaryIO | None = None
        self._compressed: bytes | None = None

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Security-Policy", DEFAULT_POLICY + _FRAMES)
        self.set_header("Referrer-Policy", "strict-origin-when-cross-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        self.responses.add(self)

    def on_connection_close(self) -> None:
        self.responses.discard(self)

    def finish(self, chunk: str | bytes | dict[str, Any] | None = None) -> Any:
        """Finish the response, and note when the last byte of it has left."""
        sent = super().finish(chunk)
        sent.add_done_callback(lambda f: f.cancelled() or f.exception())
        sent.add_done_callback(lambda _: self.responses.discard(self))
        return sent

    async def get(self, path: str, include_body: bool = True) -> None:
        """Send the file; whatever can't be sent, for whichever reason, is not found."""
        path = _checked(path)
        try:
            await super().get(path, include_body)
        except HTTPError as error:
            # Outside the folder, or not a file: nobody needs to know which.
            raise HTTPError(404 if error.status_code == 403 else error.status_code) from None
        finally:
            if self._file is not None:
                self._file.close()

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Redirect a folder to its slash, and open the file."""
        slash = self.request.path.endswith("/")
        if os.path.isdir(absolute_path) and not slash:
            # The path has no empty segment, so it can't read as another host's address.
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(f"{self.request.path}/{query}", permanent=True)
            return None
        if slash and not os.path.isdir(absolute_path):
            raise HTTPError(404)
        path = super().validate_absolute_path(root, absolute_path)
        if path is None:
            return None
        try:
            self._file = open(path, "rb")  # noqa: SIM115  # `get` closes it
        except OSError:
            raise HTTPError(404) from None
        self._stat_now = os.fstat(self._file.fileno())
        if self.request.headers.get("If-Range") not in (None, self.compute_etag()):
            # The part would not fit what the browser has (RFC 9110, section 13.1.5).
            self.request.headers.pop("Range", None)
        if self._is_compressible(path) and self._takes_compressed():
            version = (path, _version(self._stat_now))
            self._compressed = _compressed.body(version, self._file.read)
        return path

    def _is_compressible(self, path: str) -> bool:
        fits = SMALLEST <= self._stat_now.st_size <= LARGEST
        return fits and "charset" in content_type(path)  # which only text has

    def _takes_compressed(self) -> bool:
        """Say whether this client gets text compressed; a part of a file, it never does."""
        headers = self.request.headers
        return "Range" not in headers and accepts_gzip(headers.get("Accept-Encoding", ""))

    def get_content(  # type: ignore[override]  # called on the instance, which has the open file
        self, abspath: str, start: int | None = None, end: int | None = None
    ) -> Iterator[bytes]:
        assert self._file is not None
        if self._compressed is not None:
            yield self._compressed
            return
        start, end = start or 0, self.get_content_size() if end is None else end
        self._file.seek(start)
        while start < end:
            chunk = self._file.read(min(_CHUNK, end - start))
            if not chunk:
                return
            start += len(chunk)
            yield chunk

    def get_content_size(self) -> int:
        return self._stat_now.st_size if self._compressed is None else len(self._compressed)

    def get_modified_time(self) -> datetime.datetime:
        # HTTP's dates have whole seconds.
        return datetime.datetime.fromtimestamp(int(self._stat_now.st_mtime), datetime.UTC)

    def compute_etag(self) -> str | None:
        """
        Return a tag that changes with the file.

        Tornado's own is a hash that it keeps for as long as the process
        lives, so that it would outlive a rebuild.
        """
        if self._file is None:
            return None
        tag = "-".join(f"{part:x}" for part in _version(self._stat_now))
        return f'"{tag}"' if self._compressed is None else f'"{tag}-gzip"'

    def get_content_type(self) -> str:
        return content_type(self.absolute_path or "")

    def get_cache_time(self, path: str, modified: datetime.datetime | None, mime_type: str) -> int:
        return 0

    def set_extra_headers(self, path: str) -> None:
        if self._is_compressible(self.absolute_path or ""):
            self.add_header("Vary", "Accept-Encoding")
        if self._compressed is not None:
            self.set_header("Content-Encoding", "gzip")
        if path.startswith("_liveguide/") and path.endswith(".js"):
            # The frame in which edited code runs has no origin, and loads these as modules.
            self.set_header("Access-Control-Allow-Origin", "*")
        if self.get_content_type().startswith("text/html"):
            page = os.path.relpath(self.absolute_path or "", self.root).replace(os.sep, "/")
            self.set_header("Content-Security-Policy", self.manifest.policy(page))
            # Tells the page that there is a live server behind it, before it has to ask.
            self.set_header("Server-Timing", LIVE)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the site's own page for what is not found, else with one line."""
        if status_code == 404:
            try:
                page = Path(self.root, "404.html").read_bytes()
            except OSError:
                pass
            else:
                self.set_header("Content-Security-Policy", self.manifest.policy("404.html"))
                self.set_header("Content-Type", "text/html; charset=utf-8")
                self.finish(page)
                return
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {responses.get(status_code, 'Unknown')}\n")


class StatusHandler(RequestHandler):
    """
    Tells a page that there is a live server behind it.

    A plain static host answers with the file of the same name, which says false.
    """

    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.finish({"live": True})

    head = get


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


def _checked(path: str) -> str:
    """
    Return a request's path without its slash; 404 where no file of a site has such a name.

    Args:

        path: The whole path, decoded, so that no encoding hides anything.
    """
    first, *segments = path.split("/")
    odd = any(
        s.startswith(".") or "\\" in s or any(c < " " or c == "\x7f" for c in s) for s in segments
    )
    if first or not segments or odd or "" in segments[:-1]:
        raise HTTPError(404)
    return "/".join(segments)


def _version(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
