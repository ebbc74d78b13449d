"""
The built site, with a script in each page that listens for changes.

The script is put in as a page is served; the files on disk have no trace of it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.template import Loader
from tornado.web import Application, HTTPError, StaticFileHandler

from ..admission.capacity import Capacity
from ..static.manifest import DEFAULT_POLICY
from ..static.sending import Responses, Sending
from ..static.site import NoFileHandler, Site, output_of
from .news import News

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"

_CONDITIONS = (
    *("If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since"),
    *("Accept-Encoding", "Range"),
)
_templates = Loader(str(Path(__file__).parent.parent / "templates"))


class WatchedNoFileHandler(NoFileHandler):
    """Answers with the site's own page, or tells why there is none yet; either listens."""

    # Tornado's `initialize` takes what its class is routed with, so each has its own arguments.
    def initialize(self, news: News, **arguments: Any) -> None:  # type: ignore[override]
        super().initialize(**arguments)
        self._news = news

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a page that gets the script where somebody opens it."""
        if status_code != 404:
            super().write_error(status_code, **kwargs)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        page = self.not_found_page()
        if page is None:
            self.set_status(503)
            # The overlay shows what is wrong; this page says it to readers without scripts.
            page = _templates.load("not_built.html").generate(problems=self._news.problems)
        if is_visit(self.request):
            page = with_script(page, self._news, self._manifest.is_draft("404.html"))
        self.finish(page)


class WatchedSite(Site):
    """
    The files of the built site; a page gets the script, unless it stands in a frame.

    Args:

        news: What the script listens for; the others are as in `Site`.
    """

    no_file_handler = WatchedNoFileHandler

    def __init__(
        self,
        site: Path,
        application: Application,
        sending: Responses,
        capacity: Capacity,
        news: News,
    ) -> None:
        super().__init__(site, application, sending, capacity)
        self.more_arguments = {"news": news}
        self._news = news

    def answer(self, request: HTTPServerRequest) -> Sending:
        """Send a file, and a page that somebody opens with the script in it."""
        if is_visit(request):
            for name in _CONDITIONS:  # which would speak of the page without the script
                request.headers.pop(name, None)
        answer = super().answer(request)
        head = answer.head
        if not head.headers["Content-Type"].startswith("text/html"):
            return answer
        others = {"Vary": "Sec-Fetch-Dest"}
        if is_visit(request) and answer.content is not None:
            is_draft = self.manifest.is_draft(output_of(request.path))
            answer.content = with_script(answer.content, self._news, is_draft)
            # It differs from time to time.
            others |= {"Cache-Control": "no-store", "Content-Length": str(len(answer.content))}
            head = head.but(200, {}, without=("Accept-Ranges", "Etag", "Last-Modified"))
        answer.head = head.but(head.status, others)
        return answer


def is_visit(request: HTTPServerRequest) -> bool:
    """Say whether somebody opens a page; frames, scripts and programs get it as it is."""
    # Over plain HTTP from another computer, as from a phone, browsers say less.
    unknown = "document" if "text/html" in request.headers.get("Accept", "") else ""
    return request.headers.get("Sec-Fetch-Dest", unknown) == "document"


def with_script(page: bytes, news: News, is_draft: bool) -> bytes:
    """Return a page with the script that listens for changes."""
    source = f"/_liveguide/dev/development/reload.js?since={news.version}"
    if is_draft:
        source += "&amp;draft"
    script = f'<script type="module" src="{source}"></script>'.encode()
    lower = page.lower()
    for end in (b"</body>", b"</html>"):
        place = lower.rfind(end)
        if place >= 0:
            return page[:place] + script + page[place:]
    return page + script


class ScriptHandler(StaticFileHandler):
    """The scripts and the stylesheet that pages get while the server watches."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Security-Policy", DEFAULT_POLICY)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Find one of the files, and nothing else."""
        if not os.path.isfile(absolute_path):
            raise HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)
