"""The files whose source some page publishes."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from ..errors import Problem, SourceError
from ..textfile import read_text
from .code_lines import number_lines
from .rendered import KnownPage
from .sources import SourceFile, Sources, source_view_of, url_of

LARGEST_SOURCE_VIEW = 1_000_000
"""The size in bytes of the largest file whose source a page may show."""


class SourceView(NamedTuple):
    """A file whose source some page publishes, and the page that asked."""

    file: SourceFile
    asked_by: KnownPage


def source_views(
    rendered: list[KnownPage], sources: Sources
) -> tuple[list[SourceView], list[Problem]]:
    """Return the source views that the pages ask for, and what stands in the way of others."""
    asked: dict[str, KnownPage] = {}
    for page in rendered:
        for uri in page.source_views:
            # The page to go back to is one beside the file, where there is one.
            if uri not in asked or page.file.folder == sources.files[uri].folder:
                asked[uri] = page
    views, problems = [], []
    for uri in sorted(asked):
        file = sources.files[uri]
        try:
            text_of(file)
            views.append(SourceView(file, asked[uri]))
        except SourceError as error:
            problems.append(error.problem)
        problems += _taken(file, sources)
    return views, problems


def source_lines(text: str, name: str) -> str:
    """Return the highlighted lines of a file of this text and name, each with its own anchor."""
    from .highlighting import highlight, language_of

    return number_lines(highlight(text.rstrip("\n"), language_of(name)), 1, anchors=True)


def text_of(file: SourceFile) -> str:
    """
    Return the text of a file.

    Raises:

        SourceError: The file is not text, or too large to be shown.
    """
    if file.path.stat().st_size > LARGEST_SOURCE_VIEW:
        megabytes = LARGEST_SOURCE_VIEW // 1_000_000
        raise SourceError(str(file.path), None, f"its source is over {megabytes} MB; don't link it")
    return read_text(file.path)


def _taken(file: SourceFile, sources: Sources) -> list[Problem]:
    """Return an error for each file of the guide that stands where a source view would."""
    view, raw = source_view_of(file.uri)
    folder = posixpath.dirname(view)
    others = {
        output: other.path
        for output, other in sources.outputs.items()
        if output in (folder, view, raw) or output.startswith((f"{view}/", f"{raw}/"))
    }
    message = "its source view claims the address /{}, which {} has; rename one"
    return [
        Problem(str(file.path), None, message.format(url_of(view), others[output]))
        for output in sorted(others)
    ]
