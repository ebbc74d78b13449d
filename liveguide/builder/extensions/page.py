"""What the extensions share while one page is being rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ...errors import Problem, Severity
from ..sources import Sources


@dataclass(frozen=True)
class Snippet:
    """
    One runnable fence.

    Attributes:

        output: The path in the site of the script that runs it.

        code: The code, as the page shows it.

        line: The line of the page on which its fence opens.

        stated: Whether its author states what it must log.
    """

    output: str
    code: str
    line: int
    stated: bool = False


@dataclass(frozen=True)
class Block:
    """One `:::` block: its name, its attributes (a flag's value is `None`) and its lines."""

    name: str
    attributes: dict[str, str | None]
    lines: list[str]
    line: int


@dataclass
class PageState:
    """
    One page on its way through the extensions.

    Attributes:

        uri: The page's uri in the guide.

        output: Its path in the site.

        url: Its address, relative to the site's root.

        path: The page's file as messages name it.

        guide: The guide folder.

        sources: Every file of the guide.

        include: Folders outside the guide from which fences may include, resolved.

        body: The page's Markdown, below its front matter; fences, once read, are blank in it,
            so that what is looked for is not found in code.

        first_line: The line of the file on which the body begins.

        line_numbers: For each line between two of our preprocessors, the line of the file
            it came from.

        blocks: The `:::` blocks by the number in their marker.

        problems: What was found wrong so far.

        snippets: The runnable fences, in page order.

        examples: How many example cards the page has.

        source_views: The uris of the files whose source the page publishes.

        included: Files outside the guide that the page shows.

        site_url: The site's public address, empty where it is not known.

        images: Pictures that the build makes for the page, by their path in the site.
    """

    uri: str
    output: str
    url: str
    path: str
    guide: Path
    sources: Sources
    include: tuple[Path, ...] = ()
    body: str = ""
    first_line: int = 1
    line_numbers: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    snippets: list[Snippet] = field(default_factory=list)
    examples: int = 0
    source_views: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    site_url: str = ""
    images: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The folder that the page stands in, relative to the guide."""
        return self.uri.rpartition("/")[0]

    def line_at(self, offset: int) -> int:
        """Return the line of the file on which the character at *offset* of the body stands."""
        return self.body.count("\n", 0, offset) + self.first_line

    def report(self, line: int | None, message: str, severity: Severity = "error") -> None:
        """Note a fault on *line* of the page's file."""
        self.problems.append(Problem(self.path, line, message, severity))


class CurrentPage:
    """
    Names the page that is being rendered to extensions that were registered once.

    Attributes:

        state: That page.
    """

    state: PageState
