"""What the extensions share while one page is being rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ...errors import Problem, Severity, did_you_mean
from ...words import Say, say_in
from ..features import Features
from ..sources import FEATURES_FILE, Sources
from .pieces import Pieces

# What Markdown keeps in place of what it has converted, and line ends.
_REPLACED = re.compile("\x02[^\x03]*\x03|\n")


class Snippet(NamedTuple):
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


class Program(NamedTuple):
    """
    One Python program, which the check runs.

    Attributes:

        line: The line of the page on which its fence opens.

        name: What the page calls it.

        path: Where it is on disk.

        expected: What it must print, as the front end reads what a snippet must log.

        features: The ids of the features that it shows.
    """

    line: int
    name: str
    path: Path
    expected: dict[str, Any]
    features: tuple[str, ...] = ()


class Shown(NamedTuple):
    """
    Something live that shows features.

    Attributes:

        kind: What it is.

        name: What the page calls it.

        id: The id of its element.

        features: The ids of the features.

        demo: Of an example, the address of its demo, relative to the site's root.
    """

    kind: Literal["snippet", "program", "example"]
    name: str
    id: str
    features: tuple[str, ...]
    demo: str = ""


class Block(NamedTuple):
    """One `:::` block: its name, its attributes (a flag's value is `None`) and its lines."""

    name: str
    attributes: dict[str, str | None]
    lines: list[str]
    line: int


class IncludedFence(NamedTuple):
    """
    One fence that shows a file.

    Attributes:

        first: Its first line, counted from 0 in the page's body.

        last: Its closing line.

        prefix: What stands before it: indentation, a list's marker, a quote's.

        language: The language of its code.

        title: What the page writes above it.

        code: What it shows.
    """

    first: int
    last: int
    prefix: str
    language: str
    title: str
    code: str

    def lines(self) -> list[str]:
        """Return the fence as its author would have written it without the file."""
        marks = max((len(run) for run in re.findall("`+", self.code)), default=0)
        marks_written = "`" * max(3, marks + 1)
        title = self.title.replace('"', "'")
        below = re.sub(r"[^>\s]", " ", self.prefix) if ">" in self.prefix else ""
        below = below or " " * len(self.prefix.expandtabs(4))
        code = [(below + line).rstrip() for line in self.code.split("\n")]
        opening = f'{self.prefix}{marks_written}{self.language} title="{title}"'
        return [opening, *code, below + marks_written]


class Annotated(NamedTuple):
    """
    Code with marks whose notes are a list below it.

    Attributes:

        number: Its number among the annotated code of the page.

        place: Where its HTML is in Markdown's stash.

        line: The line of the page on which its fence opens.

        marks: The numbers of its marks.
    """

    number: int
    place: int
    line: int
    marks: set[int]


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

        included_fences: The fences that show a file, in page order.

        snippets: The runnable fences, in page order.

        examples: How many example cards the page has.

        source_views: The uris of the files whose source the page publishes.

        included: Files outside the guide that the page shows.

        site_url: The site's public address, empty where it is not known.

        images: Pictures that the build makes for the page, by their path in the site.

        features: What the guide promises to show, or `None` where it does not say.

        programs: The Python programs, in page order.

        shown: What shows features, in page order.

        tables: The sources whose features the page lists.

        annotated: The code that has notes.

        converting: The block or text that Markdown is at, without what it has replaced in it.

        say: Says a text of the interface in the page's language.

        pieces: What takes long to make.
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
    included_fences: list[IncludedFence] = field(default_factory=list)
    snippets: list[Snippet] = field(default_factory=list)
    examples: int = 0
    source_views: set[str] = field(default_factory=set)
    included: set[str] = field(default_factory=set)
    site_url: str = ""
    images: dict[str, str] = field(default_factory=dict)
    features: Features | None = None
    programs: list[Program] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    annotated: list[Annotated] = field(default_factory=list)
    converting: str = ""
    say: Say = field(default_factory=lambda: say_in("en"))
    pieces: Pieces = field(default_factory=Pieces)

    @property
    def folder(self) -> str:
        """The folder that the page stands in, relative to the guide."""
        return self.uri.rpartition("/")[0]

    def line_at(self, offset: int) -> int:
        """Return the line of the file on which the character at *offset* of the body stands."""
        return self.body.count("\n", 0, offset) + self.first_line

    def line_being_converted(self) -> int:
        """Return the line of the file that Markdown is at, as well as that can be told."""
        pieces = _REPLACED.split(self.converting)
        # Not in the blocks, not in the texts: in what looks at the page as a whole.
        longest = max(self.body.split("\n"), key=len)
        for piece in filter(None, map(str.strip, [*pieces, longest])):
            offset = self.body.find(piece)
            if offset >= 0:
                return self.line_at(offset)
        return self.first_line

    def known_features(self, written: str | None, line: int) -> tuple[str, ...]:
        """Return the ids in the value of a `feature=`; report those that the guide has not."""
        names = tuple(dict.fromkeys((written or "").split()))
        if self.features is None:
            message = f"feature={written or ''!r} names nothing, because the guide has no"
            self.report(line, f"{message} {FEATURES_FILE}; add one at its top, or remove feature=")
            return ()
        if not names:
            self.report(line, f"feature= names nothing; write an id of {FEATURES_FILE}")
        for name in names:
            if name not in self.features.rows and self.features.complete:
                hint = did_you_mean(name, self.features.rows) or f"; add it to {FEATURES_FILE}"
                self.report(line, f"there is no feature {name!r}{hint}")
        return tuple(name for name in names if name in self.features.rows)

    def show(
        self,
        kind: Literal["snippet", "program", "example"],
        name: str,
        features: tuple[str, ...],
        demo: str = "",
    ) -> dict[str, str]:
        """Note what shows these features; return the attributes of its element."""
        if not features:
            return {}
        taken = {shown.id for shown in self.shown}
        id_ = first = f"feature-{features[0]}"
        number = 2
        while id_ in taken:
            id_, number = f"{first}-{number}", number + 1
        self.shown.append(Shown(kind, name, id_, features, demo))
        return {"id": id_, "data-features": " ".join(features)}

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
