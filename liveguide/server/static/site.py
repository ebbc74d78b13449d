"""
The built site, as files: what browsers fetch before they open a WebSocket.

A build may replace the whole folder between two requests, or within one. So each
request asks the disk whether what is kept in memory is still there, and what is
sent (headers and content) comes from one state of one site.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from http.client import responses
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import Router
from tornado.web import Application, HTTPError, RequestHandler

from ..admission.capacity import EXHAUSTED, Capacity
from ..wire.handshake import is_upgrade
from .codings import IDENTITY, choose
from .conditions import Unsatisfiable, is_another, is_unchanged, part_of
from .kept import Kept
from .manifest import DEFAULT_POLICY, FRAMES, Manifest
from .sending import Responses, Sending
from .site_file import HEADERS, SiteFile, read_file

KEPT = 32 * 1024 * 1024
"""In bytes: how much of the site is kept in memory."""

_KEPT_BESIDE = 2048  # bytes: the headers of each file, about
_OF_FRONT_END = re.compile(
    r"/_liveguide/(?P<folder>[0-9a-f]{12})/(?P<file>(?:[a-z][\w-]*/)*[a-z][\w.-]*)", re.ASCII
)
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")


class NoFile(Exception):
    """
    There is no file to send.

    Args:

        status: The status of the answer.

        headers: What is to be said besides.
    """

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(status)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def _too_many() -> NoFile:
    """Return why a file that is there is not sent: too many are open."""
    return NoFile(503, Retry_After="10")


class NoFileHandler(RequestHandler):
    """Says that there is no file to send: with the site's own page for what is not found."""

    def initialize(self, site: str, manifest: Manifest, why: NoFile) -> None:
        self._site = site
        self._manifest = manifest
        self._why = why

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", DEFAULT_POLICY + FRAMES)

    def prepare(self) -> None:
        """Answer, whatever the method."""
        if self._why.status >= 400:
            raise HTTPError(self._why.status)
        self._set_own_headers()
        self.set_status(self._why.status)
        self.finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the site's own page for what is not found, else with one line."""
        self._set_own_headers()
        page = self.not_found_page() if status_code == 404 else None
        if page is None:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{status_code} {responses.get(status_code, 'Unknown')}\n")
        else:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            self.finish(page)

    def not_found_page(self) -> bytes | None:
        """Return the site's page for what is not found, and set its policy; nothing without one."""
        try:
            page = Path(self._site, "404.html").read_bytes()
        except OSError:
            return None
        self.set_header("Content-Security-Policy", self._manifest.policy("404.html"))
        return page

    def _set_own_headers(self) -> None:
        for name, value in self._why.headers.items():
            self.set_header(name, value)


class Site(Router):
    """
    Answers every request with a file of the site, or says why there is none.

    Args:

        site: The folder, found anew for each request.

        application: Answers where there is no file.

        sending: Holds what is being sent.

        capacity: How many files may be open.

    Attributes:

        no_file_handler: Says that there is no file.

        more_arguments: What it is given besides.
    """

    no_file_handler: type[NoFileHandler] = NoFileHandler
    more_arguments: Mapping[str, object] = {}

    def __init__(
        self, site: Path, application: Application, sending: Responses, capacity: Capacity
    ) -> None:
        self.manifest = Manifest(site)
        self._site = os.path.abspath(site)
        self._application = application
        self._sending = sending
        self._capacity = capacity
        self._kept: Kept[SiteFile] = Kept(KEPT)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Return what answers a request."""
        try:
            if request.method not in ("GET", "HEAD"):
                raise NoFile(405, Allow="GET, HEAD")
            if is_upgrade(request):
                raise NoFile(404)  # to a file there is no WebSocket, and its page is told so
            return self.answer(request)
        except NoFile as why:
            moved = self._moved(request) if why.status == 404 else None
            return self.without_file(request, moved or why)

    def answer(self, request: HTTPServerRequest) -> Sending:
        """Return what sends the file that is asked for; raise `NoFile` where there is none."""
        headers = request.headers
        accepted = headers.get("Accept-Encoding")
        # A part is one of the file as it is (and only GET asks for parts).
        asks_part = "Range" in headers and request.method == "GET"
        asks_part = asks_part and choose(accepted, ()) == IDENTITY
        file = self._file(request, None if asks_part else accepted)
        if is_another(headers, file.validators):
            file.close()
            raise NoFile(412)
        if is_unchanged(headers, file.validators):
            file.close()
            return Sending(request, self._sending, file.unchanged, b"")
        if file.opened is not None and not self._capacity.has_room_for_file:
            file.close()
            raise _too_many()
        try:
            part = part_of(headers, file.validators, file.size) if asks_part else None
        except Unsatisfiable:
            file.close()
            raise NoFile(416, Content_Range=f"bytes */{file.size}") from None
        if part is None:
            return Sending(request, self._sending, file.head, file.content, file.opened)
        start, end = part
        bounds = f"bytes {start}-{end - 1}/{file.size}"
        head = file.head.but(206, {"Content-Length": str(end - start), "Content-Range": bounds})
        content = None if file.content is None else file.content[start:end]
        return Sending(request, self._sending, head, content, file.opened, start)

    def without_file(self, request: HTTPServerRequest, why: NoFile) -> HTTPMessageDelegate:
        """Return what says that there is no file to send."""
        arguments = {"site": self._site, "manifest": self.manifest, "why": why}
        return self._application.get_handler_delegate(
            request, self.no_file_handler, {**arguments, **self.more_arguments}
        )

    def _moved(self, request: HTTPServerRequest) -> NoFile | None:
        """
        Return where a script or style of ours is now, if a page of an older site asks for it.

        Such a page may still be open when the site is replaced, and load something later.
        """
        asked, now = _OF_FRONT_END.fullmatch(request.path), self.manifest.front_end
        if asked is None or not now or now.endswith(asked["folder"]):
            return None
        # Relative, for a site below any path.
        up = "../" * (asked["file"].count("/") + 1)
        return NoFile(302, Location=f"{up}{now.removeprefix('_liveguide/')}/{asked['file']}")

    def _file(self, request: HTTPServerRequest, accepted: str | None) -> SiteFile:
        """Return the file that is asked for, in the best coding that its reader takes."""
        output = output_of(request.path)
        while True:
            site_version = self.manifest.version()
            coding = choose(accepted, self.manifest.codings(output))
            kept = self._kept.get((output, coding))
            if kept is not None and kept.is_current(self._site, site_version):
                return kept
            self._kept.drop((output, coding))
            try:
                path = self._checked_path(request, output)
                if coding is None:
                    raise NoFile(406)
                file = read_file(path, output, coding, self.manifest)
            except (NoFile, OSError) as error:
                if self.manifest.version() != site_version:
                    continue  # the site was replaced meanwhile, so this need not be so
                if isinstance(error, OSError):
                    error = _too_many() if error.errno in EXHAUSTED else NoFile(404)
                raise error from None
            if self.manifest.version() == site_version:
                break
            file.close()  # the same: not all of it need be of one state
        if file.content is not None:
            self._kept.put((output, coding), file, len(file.content) + _KEPT_BESIDE)
        return file

    def _checked_path(self, request: HTTPServerRequest, output: str) -> str:
        """Return the path of a file of the site; raise `NoFile` for everything else."""
        root = os.path.realpath(self._site)  # a release, where the site is a link to one
        path = os.path.join(root, output)
        try:
            # Asked first: to resolve a path takes a call for each segment, and longer for each.
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)
        except (OSError, ValueError):
            raise NoFile(404) from None
        if is_folder and not request.path.endswith("/"):
            # The path has no empty segment, so it can't read as another host's address.
            query = f"?{request.query}" if request.query else ""
            raise NoFile(301, Location=f"{request.path}/{query}")
        real = os.path.realpath(path)
        if not real.startswith(root.rstrip(os.sep) + os.sep) or self.manifest.is_copy(output):
            raise NoFile(404)  # outside of the site: nobody needs to know
        try:
            is_file = stat.S_ISREG(os.stat(real).st_mode)
        except OSError:
            is_file = False
        if not is_file:
            raise NoFile(404)
        return real


class StatusHandler(RequestHandler):
    """
    Tells a page that there is a live server behind it.

    A plain static host answers with the file of the same name, which says false.
    """

    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish({"live": True})

    head = get


def output_of(address: str) -> str:
    """
    Return the path in the site of what a request's path names.

    Args:

        address: The path, encoded as it came.

    Raises:

        NoFile: No file of a site has such a name.
    """
    if "%" in address:
        try:
            # The whole path is decoded, so that no encoding hides anything.
            decoded = unquote_to_bytes(address).decode()
        except UnicodeDecodeError:
            raise NoFile(400) from None
        if decoded.endswith("/") and not address.endswith("/"):
            raise NoFile(404)  # its links would lead elsewhere
        address = decoded
    first, *segments = address.split("/")
    hidden = any(segment.startswith(".") for segment in segments)
    if first or not segments or "" in segments[:-1] or hidden or _ODD.search(address):
        raise NoFile(404)
    return "/".join(segments) + ("" if segments[-1] else "index.html")
