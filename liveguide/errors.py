"""
Every exception that Liveguide raises on purpose.

    LiveguideError
    +-- UsageError          the command line, or a folder it names, can't be used as asked
    +-- OutputBusy          another build is writing the same output directory
    +-- SourceErrors        all the faults that were found, together
        +-- SourceError     one fault in one file: path, line, message
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]


class Problem(NamedTuple):
    """
    One fault in one source file, in the words that its author reads.

    Args:

        path: The file as the author would name it, relative to the working directory.

        line: 1-based line, or `None` where the fault is the whole file's.

        message: What is wrong, with the value, and the likely fix.

        severity: An error stops the build or the start; a warning does not, unless `--strict`.

        column: 1-based column, where it is known.
    """

    path: str
    line: int | None
    message: str
    severity: Severity = "error"
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        return f"{place}: {self.severity}: {self.message}"


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems without repetition, sorted by file, line and column."""
    return sorted(set(problems), key=lambda p: (p.path, p.line or 0, p.column or 0, p.message))


def did_you_mean(
    value: str, possible: Iterable[str], aliases: Mapping[str, str] | None = None
) -> str:
    """
    Return `"; did you mean 'x'?"` for the likeliest of *possible*, or an empty string.

    *aliases* are other names for some of them, by which they are found but not told.
    """
    aliases = aliases or {}
    import difflib  # for those who have made a mistake

    nearest = difflib.get_close_matches(value, [*possible, *aliases], n=1, cutoff=0.6)
    return f"; did you mean {aliases.get(nearest[0], nearest[0])!r}?" if nearest else ""


class LiveguideError(Exception):
    """The base of every exception below."""


class UsageError(LiveguideError):
    """The command line, or a folder that it names, can't be used as asked."""


def no_guide(guide: object) -> UsageError:
    """Return what is wrong where there is no folder with pages, and how to come by one."""
    return UsageError(
        f"{guide} is not a folder; name the folder that holds the pages, "
        "or make one with 'liveguide new NAME'"
    )


class OutputBusy(LiveguideError):
    """Another build is writing the same output directory."""


class SourceErrors(LiveguideError):
    """
    All the faults that were found together.

    Attributes:

        problems: The faults, sorted by file and line.
    """

    def __init__(self, problems: Iterable[Problem]):
        self.problems = in_order(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class SourceError(SourceErrors):
    """
    One fault in one file.

    Attributes:

        problem: The fault, with its place and the likely fix.
    """

    def __init__(self, path: str, line: int | None, message: str, column: int | None = None):
        self.problem = Problem(path, line, message, column=column)
        LiveguideError.__init__(self, path, line, message, column)
        self.problems = [self.problem]

    def __str__(self) -> str:
        return str(self.problem)
