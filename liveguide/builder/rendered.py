"""A page that is rendered: what others may know of it, and its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import Problem
from .dependencies import Dependencies
from .extensions.page import Program, Shown, Snippet
from .frontmatter import FrontMatter
from .links import Anchor
from .search import Section
from .sources import SourceFile


@dataclass
class ContentsEntry:
    """One heading of a page: its id, its name as HTML, its level, and the headings below it."""

    id: str
    name: str
    level: int
    children: list[ContentsEntry] = field(default_factory=list)


@dataclass
class KnownPage:
    """
    What the checks, the navigation and other pages need to know of a page.

    A build knows all pages at once, so what is large is not here.

    Attributes:

        file: The source.

        front_matter: Its front matter; the body is dropped.

        title: From the front matter, the first heading or the file's name.

        opens_with_heading: Whether the content begins with a heading of level 1.

        has_contents: Whether the content has contents of its own, by `[TOC]`.

        ids: Every id on the page.

        anchors: The links to headings that are still to be checked.

        policy: The text of the page's Content-Security-Policy.

        styles: The `style=` attributes that became a class, by the class.

        running: The number of runnable fences.

        stated: The number of those whose authors state what they must log.

        examples: The number of example cards.

        source_views: The uris whose source the page publishes.

        included: The files outside the guide that it shows.

        shown: What shows features.

        tables: The sources whose features it lists; their cells are still to be filled.

        summary: What the page is about: `desc`, or the beginning of its first paragraph.

        searched: The number of characters of what the search has of it; 0 if it has nothing.

        parts: The optional parts of the stylesheet that it needs.

        problems: What was found wrong.

        dependencies: What it was made of.

        name: What the cache calls it.

        places: Where in the cache its texts are.
    """

    file: SourceFile
    front_matter: FrontMatter = field(default_factory=FrontMatter)
    title: str = ""
    opens_with_heading: bool = False
    has_contents: bool = False
    ids: set[str] = field(default_factory=set)
    anchors: list[Anchor] = field(default_factory=list)
    policy: str = ""
    styles: dict[str, str] = field(default_factory=dict)
    running: int = 0
    stated: int = 0
    examples: int = 0
    source_views: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    shown: list[Shown] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    summary: str = ""
    searched: int = 0
    parts: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    dependencies: Dependencies = field(default_factory=Dependencies, compare=False)
    name: str = field(default="", compare=False)
    places: dict[str, tuple[int, int, str]] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """A hash that is another, whenever anything of it is another."""
        return self.name.partition(" ")[0]


@dataclass
class RenderedPage(KnownPage):
    """
    A page with its content.

    Attributes:

        html: The content.

        contents: The headings, nested.

        snippets: The runnable fences.

        images: Pictures made for it, by their path in the site.

    These are not there once a page has come out of a cache, where few want them:

        markdown: The page as Markdown that stands alone; see `publishing/page_markdown.py`.

        sections: Its text by headings.

        entry: What the search has of it, as JSON; empty if it has nothing.

        programs: The Python programs, for the check.

        pieces: What took long to make; see `extensions/pieces.py`.
    """

    html: str = ""
    contents: list[ContentsEntry] = field(default_factory=list)
    snippets: list[Snippet] = field(default_factory=list)
    images: dict[str, str] = field(default_factory=dict)
    markdown: str = ""
    sections: list[Section] = field(default_factory=list)
    entry: str = ""
    programs: list[Program] = field(default_factory=list)
    pieces: dict[str, Any] = field(default_factory=dict)
