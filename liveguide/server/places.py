"""Where in the guide's own files something was said: the function, the file and the line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType, TracebackType
from urllib.parse import quote


@dataclass(frozen=True)
class Place:
    """
    One line of an author's file.

    Attributes:

        function: As readers call it, `chatbot.Conversation.speak_up`; empty in
            an expression of a `gramex.yaml`.

        line: `chatbot.py:30`.

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
        self._uri = lru_cache(maxsize=1024)(self._find)

    def of_caller(self) -> Place | None:
        """Return the nearest place on the call stack, `None` where no author's code is on it."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            code = frame.f_code
            if self._uri(code.co_filename) is not None:
                return self.at(code.co_filename, frame.f_lineno, code.co_qualname)
            frame = frame.f_back
        return None

    def of_error(self, error: BaseException) -> Place | None:
        """Return the innermost place that a traceback names."""
        found, traceback = None, error.__traceback__
        while isinstance(traceback, TracebackType):
            code = traceback.tb_frame.f_code
            place = self.at(code.co_filename, traceback.tb_lineno, code.co_qualname)
            found, traceback = place or found, traceback.tb_next
        return found

    def at(self, filename: str, line: int, qualified_name: str) -> Place | None:
        """Return the place of a line, `None` where the file is not the guide's."""
        uri = self._uri(filename)
        if uri is None:
            return None
        name = uri.rpartition("/")[2]
        parts = [part for part in qualified_name.split(".") if not part.startswith("<")]
        function = ".".join([name.removesuffix(".py"), *parts]) if parts else ""
        view = uri + ".source"
        shown = (self._site / view / "index.html").is_file()
        href = f"{quote(view)}/#L{line}" if shown else None
        return Place(function, f"{name}:{line}", href)

    def _find(self, filename: str) -> str | None:
        """Return a file's path in the guide."""
        path = os.path.realpath(filename)
        if filename.startswith("<") or not path.startswith(self._guide + os.sep):
            return None
        return os.path.relpath(path, self._guide).replace(os.sep, "/")
