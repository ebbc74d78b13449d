"""
The built site, with a script in each page that listens for changes.

The script is put in as a page is served; the files on disk have no trace of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tornado.template import Loader
from tornado.web import HTTPError, StaticFileHandler

from ..ongoing import Ongoing
from ..site import DEFAULT_POLICY, Manifest, SiteHandler
from .news import News

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"

_templates = Loader(str(Path(__file__).parent.parent / "templates"))


class WatchedSiteHandler(SiteHandler):
    """One file of the built site; a page gets the script, unless it stands in a frame."""

    def initialize(  # type: ignore[override]  # Tornado passes each handler's own arguments
        self, site: Path, manifest: Manifest, responses: Ongoing[SiteHandler], news: News
    ) -> None:
        super().initialize(site, manifest, responses)
        self._news = news
        self._page: bytes | None = None

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Find the file; where it is a page, read it and put the script in."""
        path = super().validate_absolute_path(root, absolute_path)
        if path is not None and self._file is not None and self._gets_script(path):
            output = os.path.relpath(path, root).replace(os.sep, "/")
            self._page = self._with_script(self._file.read(), output)
            self.request.headers.pop("Range", None)  # which would count without the script
        return path

    def _is_compressible(self, path: str) -> bool:
        return False  # it changes with every build, and has no far way to go

    def _gets_script(self, path: str) -> bool:
        return path.lower().endswith((".html", ".htm")) and self._is_visit()

    def _is_visit(self) -> bool:
        """Say whether somebody opens a page; frames, scripts and programs get it as it is."""
        headers = self.request.headers
        # Over plain HTTP from another computer, as from a phone, browsers say less.
        unknown = "document" if "text/html" in headers.get("Accept", "") else ""
        return headers.get("Sec-Fetch-Dest", unknown) == "document"

    def _with_script(self, page: bytes, output: str) -> bytes:
        source = f"/_liveguide/dev/development/reload.js?since={self._news.version}"
        if self.manifest.is_draft(output):
            source += "&amp;draft"
        script = f'<script type="module" src="{source}"></script>'.encode()
        lower = page.lower()
        for end in (b"</body>", b"</html>"):
            place = lower.rfind(end)
            if place >= 0:
                return page[:place] + script + page[place:]
        return page + script

    def get_content_size(self) -> int:
        return super().get_content_size() if self._page is None else len(self._page)

    def get_content(  # type: ignore[override]  # called on the instance, as in SiteHandler
        self, abspath: str, start: int | None = None, end: int | None = None
    ) -> Iterator[bytes]:
        if self._page is None:
            yield from super().get_content(abspath, start, end)
        else:
            yield self._page

    def compute_etag(self) -> str | None:
        """Return no tag for what has the script in it: that differs from time to time."""
        return super().compute_etag() if self._page is None else None

    def should_return_304(self) -> bool:
        return self._page is None and super().should_return_304()

    def set_extra_headers(self, path: str) -> None:
        super().set_extra_headers(path)
        if self._page is not None:
            self.set_header("Cache-Control", "no-store")
            self.clear_header("Last-Modified")
        if self.get_content_type().startswith("text/html"):
            self.add_header("Vary", "Sec-Fetch-Dest")

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Answer with the site's own page, or tell why there is none yet; either listens."""
        if status_code != 404:
            super().write_error(status_code, **kwargs)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        try:
            page = Path(self.root, "404.html").read_bytes()
        except OSError:
            self.set_status(503)
            page = self._not_built()
        else:
            self.set_header("Content-Security-Policy", self.manifest.policy("404.html"))
        if self._is_visit():
            page = self._with_script(page, "404.html")
        self.finish(page)

    def _not_built(self) -> bytes:
        # The overlay shows what is wrong; this page says it to readers without scripts.
        return _templates.load("not_built.html").generate(problems=self._news.problems)


class ScriptHandler(StaticFileHandler):
    """The scripts and the stylesheet that pages get while the server watches."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Security-Policy", DEFAULT_POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Find one of the files, and nothing else."""
        if not os.path.isfile(absolute_path):
            raise HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)
