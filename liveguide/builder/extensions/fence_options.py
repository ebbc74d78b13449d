"""One fence: its info string, and what the values of its options mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...errors import did_you_mean
from .options import OptionsError, parse_options
from .page import PageState
from .snippets import OUTPUT, OUTPUT_OPTIONS

OPTIONS = (
    *("title", "linenums", "hl_lines", "ins", "del", "wrap", "file", "lines", "section"),
    *("run", "expect", "chain", "feature"),
)


@dataclass
class Fence:
    """
    One fence as it stands in the page.

    Attributes:

        line: The line of the page on which it opens.

        prefix: What stands before it on that line.

        language: What its info string begins with.

        options: The rest of its info string.

        code: Its code, without the marks of notes.

        after: The next line below it that is not blank, if it is as indented.

        marks: The numbers of the notes on each line.
    """

    line: int
    prefix: str
    language: str
    options: dict[str, str | None]
    code: str
    after: str = ""
    marks: dict[int, list[int]] = field(default_factory=dict)


def read_fence(opening: re.Match[str], code: str, line: int, page: PageState) -> Fence:
    """
    Return a fence, and report what is wrong with its language and the names of its options.

    Args:

        opening: Its first line, as `opening_at` returns it.

        code: Its code.

        line: The line of the page on which it opens.

        page: The page on which it stands.
    """
    language, rest = _split_info(opening["info"])
    options: dict[str, str | None] = {}
    try:
        options = parse_options(rest)
    except OptionsError as error:
        page.report(line, f"in this fence, {error}")
    known = (*OPTIONS, *OUTPUT_OPTIONS) if language == OUTPUT else OPTIONS
    for key in [key for key in options if key not in known]:
        hint = did_you_mean(key, known) or f"; the options are {', '.join(known)}"
        if key in OUTPUT_OPTIONS:
            hint = f"; it is an option of an {OUTPUT!r} fence"
        page.report(line, f"a fence has no option {key!r}{hint}", "warning")
        del options[key]
    if language not in ("", OUTPUT) and not _is_known(language, page):
        from ..highlighting import languages

        hint = did_you_mean(language, languages()) or "; leave it out, or write 'text'"
        message = f"the language {language!r} is not known, so it is shown plain{hint}"
        page.report(line, message, "warning")
    return Fence(line, opening["prefix"], language, options, code)


def flag(fence: Fence, key: str, page: PageState) -> bool:
    """Return whether a fence has a flag, which takes no value."""
    if fence.options.get(key) is not None:
        page.report(fence.line, f"{key} is a flag; write it without a value", "warning")
    return key in fence.options


def line_numbers(fence: Fence, key: str, page: PageState) -> list[int]:
    """Return the line numbers that an option such as `"2 4-6"` names."""
    numbers: list[int] = []
    total = fence.code.count("\n") + 1
    for part in (fence.options.get(key) or "").replace(",", " ").split():
        first, _, last = part.partition("-")
        if not (first.isdecimal() and (not last or last.isdecimal()) and len(part) < 12):
            page.report(fence.line, f'{key}: {part!r} is not a line; write {key}="2 4-6"')
            continue
        if not 1 <= int(first) <= int(last or first) <= total:
            message = f"{key}: {part!r} is outside the code, whose lines are 1 to {total}"
            page.report(fence.line, message, "warning")
        numbers.extend(range(int(first), min(int(last or first), total) + 1))
    return numbers


def first_line_number(fence: Fence, first: int, page: PageState) -> int | None:
    """Return the number of its first line, which is *first* in the file; `None` without numbers."""
    if "linenums" not in fence.options:
        return None
    value = fence.options["linenums"]
    if value is None:
        return first
    if not value.isdecimal() or len(value) > 6:
        page.report(fence.line, f"linenums: {value!r} is not a number; write linenums=1")
        return None
    return int(value)


def _split_info(info: str) -> tuple[str, str]:
    """Return the language and the options of an info string: `js a=b`, or `{.js a=b}`."""
    info = info.strip()
    braces = re.fullmatch(r"(?P<before>[^\s{]*)\s*\{(?P<inside>[^{}]*)\}", info)
    if braces:
        words = braces["inside"].split()
        classes = [word[1:] for word in words if word.startswith(".")]
        language = braces["before"] or (classes[0] if classes else "")
        inside = re.sub(r"(?:^|\s)[.#][\w-]+", " ", braces["inside"])
        return language, inside.strip()
    language, _, rest = info.partition(" ")
    if "=" in language:
        return "", info
    return language, rest.strip()


def _is_known(language: str, page: PageState) -> bool:
    def look() -> bool:
        from ..highlighting import lexer_for

        return lexer_for(language) is not None

    return page.pieces.recall(("is a language", language), look)
