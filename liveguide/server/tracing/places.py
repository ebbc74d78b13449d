"""Where in the guide's own files something was said: the function, the file and the line."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from ..endpoints.route import ROUTES_FILE


@dataclass(frozen=True)
class Place:
    """
    One line of an author's file.

    Attributes:

        function: As readers call it, `chatbot.Conversation.speak_up`; empty in
            an expression of a `gramex.yaml`.

        line: `chatbot.py:30`, the file as seen from its `gramex.yaml`.

        href: The line in the file's source view, relative to the top of the
            site; `None` where the site shows no such view.
    """

    function: str
    line: str
    href: str | None


class Places:
    """
    Knows the files of one guide, and which of them its site shows.

    Args:

        guide: The guide folder.

        site: The built site, which may be replaced at any time.
    """

    def __init__(self, guide: Path, site: Path) -> None:
        self._guide = os.path.realpath(guide)
        self._site = site
        self._file = lru_cache(maxsize=1024)(self._find)

    def of_caller(self) -> Place | None:
        """Return the nearest place on the call stack, `None` where no author's code is on it."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            place = self.of_frame(frame)
            if place is not None:
                return place
            frame = frame.f_back
        return None

    def of_frame(self, frame: FrameType) -> Place | None:
        """Return the place where a frame is, `None` where that is no author's."""
        code = frame.f_code
        return self._at(code.co_filename, frame.f_lineno, code.co_qualname)

    def of_record(self, record: logging.LogRecord) -> Place | None:
        """Return the place that a log record names, else the nearest one on the call stack."""
        place = self._at(record.pathname, record.lineno, record.funcName or "")
        nearest = self.of_caller()
        # A record has the function's name without its class.
        same = place is not None and nearest is not None and place.line == nearest.line
        return nearest if same or place is None else place

    def of_error(self, error: BaseException) -> Place | None:
        """Return the innermost place that a traceback names."""
        found, traceback = None, error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            place = self._at(code.co_filename, traceback.tb_lineno, code.co_qualname)
            found, traceback = place or found, traceback.tb_next
        return found

    def _at(self, filename: str, line: int, qualified_name: str) -> Place | None:
        file = self._file(filename)
        if file is None:
            return None
        uri, shown = file
        module = uri.rpartition("/")[2].removesuffix(".py")
        parts = [part for part in qualified_name.split(".") if not part.startswith("<")]
        function = ".".join([module, *parts]) if parts else ""
        view = uri + ".source"
        has_view = (self._site / view / "index.html").is_file()
        return Place(function, f"{shown}:{line}", f"{quote(view)}/#L{line}" if has_view else None)

    def _find(self, filename: str) -> tuple[str, str] | None:
        """Return a file's path in the guide, and the one that readers know it by."""
        path = os.path.realpath(filename)
        if filename.startswith("<") or not path.startswith(os.path.join(self._guide, "")):
            return None
        uri = Path(os.path.relpath(path, self._guide))
        if any(part.startswith(".") for part in uri.parts):
            return None  # as in the guide's own pages: say, libraries in a .venv
        for folder in uri.parents:
            if (self._guide / folder / ROUTES_FILE).is_file():
                return uri.as_posix(), uri.relative_to(folder).as_posix()
        return uri.as_posix(), uri.as_posix()
