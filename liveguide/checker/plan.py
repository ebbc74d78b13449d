"""What the pages of a guide promise: what runs on each, read from its sources."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from ..builder.collecting import collect_sources
from ..builder.extensions.page import Program
from ..builder.extensions.snippets import first_statement
from ..builder.features import Features, read_features
from ..builder.rendered import RenderedPage
from ..builder.rendering import Renderer
from ..builder.writing import showings_of
from ..errors import Problem, in_order
from ..settings import read_settings


@dataclass
class PlannedSnippet:
    """
    One runnable snippet.

    Attributes:

        line: The line of the page on which its fence opens.

        name: Its title, or the first line of its code.

        script: The address of its script, relative to the page; its content's hash is in it.

        stated: What it must log, as the page carries it (JSON); empty where nothing is stated.

        features: The ids of the features that it shows.
    """

    line: int
    name: str = ""
    script: str = ""
    stated: str = ""
    features: tuple[str, ...] = ()

    @property
    def expected(self) -> list[str]:
        """The lines that it must log."""
        return list(json.loads(self.stated)["lines"]) if self.stated else []


@dataclass
class PlannedExample:
    """
    One example card.

    Attributes:

        line: The line of the page on which it stands.

        name: Its label.

        href: The address of its demo, relative to the page, or of another site.

        expected: A text that must appear in the demo; empty where none is stated.

        features: The ids of the features that it shows.
    """

    line: int
    name: str = ""
    href: str = ""
    expected: str = ""
    features: tuple[str, ...] = ()


@dataclass
class PlannedPage:
    """
    One page, and what there is to check on it.

    Attributes:

        path: The page's file as messages name it.

        url: Its address, relative to the site's root.

        snippets: Its runnable snippets, in page order.

        examples: Its example cards, in page order.

        programs: Its Python programs, in page order.
    """

    path: str
    url: str
    snippets: list[PlannedSnippet] = field(default_factory=list)
    examples: list[PlannedExample] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)


@dataclass
class Plan:
    """
    All that there is to check.

    Attributes:

        pages: Every page of the guide.

        problems: The errors that forbid a check.

        features: What the guide promises to show, or `None` where it does not say.
    """

    pages: list[PlannedPage]
    problems: list[Problem]
    features: Features | None = None


def plan_guide(guide: Path, site: Path) -> Plan:
    """
    Return what there is to check on the guide in the folder *guide*.

    Args:

        guide: The folder that holds the pages.

        site: A folder to pass over, should it be inside *guide*.

    Raises:

        UsageError: *guide* is not a folder.

        SourceError: The site's settings are wrong.
    """
    settings = read_settings(guide)
    sources, problems = collect_sources(guide, site)
    features, feature_problems = read_features(guide)
    renderer = Renderer(guide, sources, settings, features)
    rendered = [renderer.render(file) for file in sources.pages]
    problems += feature_problems + [problem for page in rendered for problem in page.problems]
    if features is not None and features.complete:
        problems += features.not_shown(showings_of(rendered))
    errors = in_order(problem for problem in problems if problem.severity == "error")
    return Plan([plan_page(page) for page in rendered], errors, features)


def plan_page(rendered: RenderedPage) -> PlannedPage:
    """Return what there is to check on one page."""
    page = PlannedPage(str(rendered.file.path), rendered.file.url)
    page.programs = rendered.programs
    reader = _Reader(page)
    reader.feed(rendered.html)
    reader.close()
    return page


class _Reader(HTMLParser):
    """Reads the snippets and the examples of a page from its HTML, as the front end does."""

    def __init__(self, page: PlannedPage):
        super().__init__()
        self._page = page
        self._snippet: PlannedSnippet | None = None
        self._example: PlannedExample | None = None
        self._code = ""
        self._inside = ""  # of a snippet: its caption, title or code; "end" after its first figure

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "live-snippet":
            stated = given.get("data-expect", "")
            features = tuple(given.get("data-features", "").split())
            self._snippet = PlannedSnippet(_line(given), "", given.get("src", ""), stated, features)
            self._code = self._inside = ""
        elif tag == "aside" and "example" in classes:
            name = given.get("aria-label", "").removeprefix("Example: ")
            features = tuple(given.get("data-features", "").split())
            expected = given.get("data-expect", "")
            self._example = PlannedExample(_line(given), name, "", expected, features)
        elif tag == "a" and "example-open" in classes and self._example is not None:
            self._example.href = given.get("href", "")
        elif tag == "figcaption" and not self._inside:
            self._inside = "caption"
        elif tag == "span" and self._inside == "caption":
            self._inside = "title"
        elif tag == "code" and not self._inside:
            self._inside = "code"

    def handle_data(self, data: str) -> None:
        if self._snippet is not None and self._inside == "title":
            self._snippet.name += data
        elif self._inside == "code":
            self._code += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "live-snippet" and self._snippet is not None:
            self._snippet.name = self._snippet.name.strip() or first_statement(self._code)
            self._page.snippets.append(self._snippet)
            self._snippet = None
        elif tag == "aside" and self._example is not None:
            self._page.examples.append(self._example)
            self._example = None
        elif tag == "figure":
            self._inside = "end" if self._snippet is not None else ""
        elif (tag, self._inside) in {
            ("span", "title"),
            ("figcaption", "caption"),
            ("code", "code"),
        }:
            self._inside = ""


def _line(attributes: dict[str, str]) -> int:
    line = attributes.get("data-line", "")
    return int(line) if line.isdecimal() else 0
