"""
Fenced code: highlighted, titled, included from files, and runnable.

    ```js title="Say hello" hl_lines="2 4-6" linenums run=never
    ```python file=pingbot.py section=open

| option     | value                                              |
|------------|----------------------------------------------------|
| `title`    | text above the code                                |
| `linenums` | a flag, or the number of the first line            |
| `hl_lines` | lines to stress, `"2 4-6"`                         |
| `ins`      | lines that are new, and have a plus                |
| `del`      | lines that are gone, and have a minus              |
| `wrap`     | a flag: long lines wrap                            |
| `run`      | `never`, or `always`; JavaScript only. `program`   |
| `file`     | show this file instead of the fence's own lines    |
| `lines`    | only these lines of the file, `3-10`               |
| `section`  | only what stands between `[start:x]` and `[end:x]` |
| `expect`   | a text that the snippet must log                   |
| `chain`    | run as one program with fences of the same chain   |
| `feature`  | ids of what it shows, as `features.yaml` has them  |

A fence may stand in a list, a block quote or a `:::` block. What `# (1)!` at
the end of a line is, stands in `annotations.py`. JavaScript that
contains `new WebSocket` runs when a reader opens the page: the build writes it
to a script of its own, in which the snippet gets `console` and `WebSocket` as
arguments. What must come of it, and chains, are in `snippets.py`.

Stage: preprocessor, registered as `fences` at 29 (before everything that reads
lines; normalising white space happens here, so that tabs in code survive).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from ...errors import did_you_mean
from ..sources import relative_url, source_view_of, url_of
from .annotations import are_notes, has_marks, links_for, take_marks
from .code_figure import Look, code_figure
from .including import IncludeError, include_part
from .on_demand import CONTAINER
from .options import OptionsError, parse_options
from .page import Annotated, CurrentPage, IncludedFence, PageState
from .raw_html import raw_end
from .snippets import JAVASCRIPT, OUTPUT, OUTPUT_OPTIONS, Runnable, Snippets, runs

if TYPE_CHECKING:
    from markdown import Markdown

_OPEN = re.compile(
    # Possessive: there are exponentially many ways to share out the spaces of "-    -    -".
    r"""(?P<prefix>(?:[ ]{0,3}>[ ]?)*+(?:[ \t]*+(?:[-*+]|\d{1,9}\.)[ ]++)*+[ \t]*+)
        (?P<fence>`{3,}(?=[^`]*$)|~{3,})[ \t]*(?P<info>.*)$""",
    re.VERBOSE,
)
_PYTHON = ("python", "py", "python3", "py3")
_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
_CONTAINER = re.compile(
    rf"[ \t]*(?:[-*+][ ]|\d{{1,9}}\.[ ]|:::|!!!|{CONTAINER}|:[ ]|\[\^[^\]]+\]:)"
)

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


class FencesPreprocessor(Preprocessor):
    """Take every fence out of the lines and leave a placeholder for its HTML."""

    def __init__(self, md: Markdown, current: CurrentPage):
        super().__init__(md)
        self.current = current
        self._snippets: Snippets
        self._before: Runnable | None = None  # what an output fence here would belong to

    @property
    def page(self) -> PageState:
        """The page that is being rendered."""
        return self.current.state

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines without fences; note the line number of each on the page's state."""
        output: list[str] = []
        numbers: list[int] = []
        prose = list(lines)
        self._snippets, self._before = Snippets(self.page), None

        def keep(line: str, number: int) -> None:
            output.append(line)
            numbers.append(number)

        position = 0
        while position < len(lines):
            line, number = lines[position], self.page.first_line + position
            end = raw_end(lines, position)
            if end > position:
                for offset in range(position, end):
                    keep(lines[offset], self.page.first_line + offset)
                position = end
                continue
            opening = _OPEN.match(line) if "`" in line or "~" in line else None
            if opening is None or _is_indented_code(lines, position, opening["prefix"]):
                line = line.expandtabs(self.md.tab_length)
                if not _is_blank(line):
                    self._before = None
                keep("" if line.isspace() else line, number)
                position += 1
                continue
            code, closing = _read_code(lines, position, opening)
            if closing is None:
                marks = opening["fence"]
                self.page.report(
                    number, f"this fence is never closed; end it with a line of {marks}"
                )
                break
            prose[position : closing + 1] = [""] * (closing + 1 - position)
            fence = self._parse(opening, code, number)
            if ")!" in code or "file" in fence.options:
                fence.after = _line_after(lines, closing, fence.prefix)
            html = self._render(fence)
            if fence.options.get("file"):
                self._note_included(fence, position, closing)
            if html is None:
                position = closing + 1
                continue
            placeholder = self.md.htmlStash.store(html)
            place = len(self.md.htmlStash.rawHtmlBlocks) - 1
            if self._before is not None:
                self._before.place = place
            if fence.marks:
                marks = {mark for marks in fence.marks.values() for mark in marks}
                count = len(self.page.annotated) + 1
                self.page.annotated.append(Annotated(count, place, number, marks))
            quote = _QUOTE.match(fence.prefix)
            blank = quote[0].rstrip() if quote else ""
            on_marker = fence.prefix[len(blank) :].strip()  # the line of a list's marker
            # One blank line on each side: a second one would end the footnote around it.
            if output and not _is_blank(output[-1]) and not on_marker:
                keep(blank, number)
            keep(fence.prefix.expandtabs(self.md.tab_length) + placeholder, number)
            position = closing + 1
            if position < len(lines) and not _is_blank(lines[position]):
                keep(blank if _QUOTE.match(lines[position]) else "", number)
        self._snippets.finish(self.md.htmlStash)
        keep("", self.page.first_line + len(lines))
        self.page.line_numbers = numbers
        self.page.body = "\n".join(prose)
        return output

    def _parse(self, opening: re.Match[str], code: str, line: int) -> Fence:
        language, rest = _split_info(opening["info"])
        options: dict[str, str | None] = {}
        try:
            options = parse_options(rest)
        except OptionsError as error:
            self.page.report(line, f"in this fence, {error}")
        known = (*OPTIONS, *OUTPUT_OPTIONS) if language == OUTPUT else OPTIONS
        for key in [key for key in options if key not in known]:
            hint = did_you_mean(key, known) or f"; the options are {', '.join(known)}"
            if key in OUTPUT_OPTIONS:
                hint = f"; it is an option of an {OUTPUT!r} fence"
            self.page.report(line, f"a fence has no option {key!r}{hint}", "warning")
            del options[key]
        if language not in ("", OUTPUT) and not self._is_known(language):
            from ..highlighting import languages

            hint = did_you_mean(language, languages()) or "; leave it out, or write 'text'"
            message = f"the language {language!r} is not known, so it is shown plain{hint}"
            self.page.report(line, message, "warning")
        return Fence(line, opening["prefix"], language, options, code)

    def _is_known(self, language: str) -> bool:
        def look() -> bool:
            from ..highlighting import lexer_for

            return lexer_for(language) is not None

        return self.page.pieces.recall(("is a language", language), look)

    def _language_of(self, file_name: str) -> str:
        def look() -> str:
            from ..highlighting import language_of

            return language_of(file_name)

        return self.page.pieces.recall(("language of a file", file_name), look)

    def _render(self, fence: Fence) -> str | None:
        """Return the fence as a figure; `None` where it became a part of the one before it."""
        page, options = self.page, fence.options
        before, self._before = self._before, None
        first, source_href, title = 1, None, options.get("title")
        path: Path | None = None
        if options.get("file"):
            included = self._include(fence)
            if included is None:
                return ""
            fence.code, first, source_href, path = included
            title = title or posixpath.basename(str(options["file"]))
            if not fence.language:
                fence.language = self._language_of(posixpath.basename(str(options["file"])))
        elif "lines" in options or "section" in options:
            page.report(fence.line, "'lines' and 'section' are parts of a file; add file=NAME")
        start = self._first_line_number(fence, first)
        ends = self._take_marks(fence)
        figure = code_figure(
            fence.code,
            "" if fence.language == OUTPUT else fence.language,
            Look(
                title=title or (page.say("Expected output") if fence.language == OUTPUT else None),
                source_href=None if fence.language == OUTPUT else source_href,
                source_word=page.say("source"),
                first=start,
                stressed=self._numbers(fence, "hl_lines"),
                inserted=self._numbers(fence, "ins"),
                deleted=self._numbers(fence, "del"),
                wrap=self._flag(fence, "wrap"),
                ends=ends,
            ),
            page.pieces,
            kind="code expected" if fence.language == OUTPUT else "code",
        )
        if fence.language == OUTPUT:
            if "feature" in options:
                message = "feature= is for the fence that runs; move it to the one above"
                page.report(fence.line, message)
            belongs = self._snippets.expect(before, fence.line, fence.code, figure)
            self._snippets.choose(before, fence.line, options)
            return None if belongs else figure
        if options.get("run") == "program":
            if self._is_program(fence) and path is not None:
                self._before = self._snippets.add_program(fence.line, path, options, figure)
        elif self._runs(fence):
            if "del" in options:
                message = "del= marks lines that are gone, but this code runs; add run=never"
                page.report(fence.line, message)
            self._before = self._snippets.add(fence.line, fence.code, options, figure, title)
        elif "feature" in options:
            message = "feature= is for a fence that runs; add run=always, or remove it"
            page.report(fence.line, message)
        return figure

    def _include(self, fence: Fence) -> tuple[str, int, str | None, Path] | None:
        """Return the included code, its first line, the address of its source view, its path."""
        page, name = self.page, str(fence.options["file"])
        if fence.code.strip():
            page.report(
                fence.line, "this fence has both file= and lines of its own; remove the lines"
            )
        uri = posixpath.normpath(posixpath.join(page.folder, name))
        source_href = None
        if uri in page.sources.files:
            path = page.sources.files[uri].path
            # Who shows a part of a file has not said that the rest is public.
            if "lines" not in fence.options and "section" not in fence.options:
                page.source_views.add(uri)
                source_href = relative_url(url_of(source_view_of(uri)[0]), page.url)
        else:
            path = Path(posixpath.normpath((page.guide / page.folder / name).as_posix()))
            resolved = path.resolve()
            if not any(folder in resolved.parents for folder in page.include):
                outside = (
                    "; it is outside the guide: name its folder under 'include' in liveguide.yaml"
                    if uri.startswith("../") and resolved.is_file()
                    else did_you_mean(name, page.sources.names_from(page.folder))
                )
                page.report(fence.line, f"there is no file {name!r} to include{outside}")
                return None
            page.included.add(uri)
        try:
            code, first = include_part(
                path, fence.options.get("lines"), fence.options.get("section")
            )
        except IncludeError as error:
            page.report(fence.line, f"{name!r} can't be included: {error}")
            return None
        return code, first, source_href, path

    def _note_included(self, fence: Fence, first: int, last: int) -> None:
        """Note what a fence shows in place of its own lines."""
        title = fence.options.get("title") or posixpath.basename(str(fence.options["file"]))
        self.page.included_fences.append(
            IncludedFence(first, last, fence.prefix, fence.language, title, fence.code)
        )

    def _take_marks(self, fence: Fence) -> dict[int, str]:
        """Take the marks of notes out of a fence's code; return the links in their place."""
        if not has_marks(fence.code):
            return {}
        if are_notes(fence.after):
            fence.code, fence.marks = take_marks(fence.code)
        elif fence.language not in ("markdown", "md"):  # which shows how it is written
            message = "this code has a mark such as (1)!, but no numbered list right below it"
            self.page.report(fence.line, f"{message}; add one, or remove the mark", "warning")
        return links_for(fence.marks, len(self.page.annotated) + 1, self.page.say)

    def _flag(self, fence: Fence, key: str) -> bool:
        """Return whether a fence has a flag, which takes no value."""
        if fence.options.get(key) is not None:
            self.page.report(fence.line, f"{key} is a flag; write it without a value", "warning")
        return key in fence.options

    def _numbers(self, fence: Fence, key: str) -> list[int]:
        """Return the line numbers that an option such as `"2 4-6"` names."""
        numbers: list[int] = []
        total = fence.code.count("\n") + 1
        for part in (fence.options.get(key) or "").replace(",", " ").split():
            first, _, last = part.partition("-")
            if not (first.isdecimal() and (not last or last.isdecimal()) and len(part) < 12):
                self.page.report(fence.line, f'{key}: {part!r} is not a line; write {key}="2 4-6"')
                continue
            if not 1 <= int(first) <= int(last or first) <= total:
                message = f"{key}: {part!r} is outside the code, whose lines are 1 to {total}"
                self.page.report(fence.line, message, "warning")
            numbers.extend(range(int(first), min(int(last or first), total) + 1))
        return numbers

    def _first_line_number(self, fence: Fence, first: int) -> int | None:
        if "linenums" not in fence.options:
            return None
        value = fence.options["linenums"]
        if value is None:
            return first
        if not value.isdecimal() or len(value) > 6:
            self.page.report(fence.line, f"linenums: {value!r} is not a number; write linenums=1")
            return None
        return int(value)

    def _is_program(self, fence: Fence) -> bool:
        """Return whether a fence is a Python program; report what speaks against it."""
        page, options = self.page, fence.options
        if fence.language.lower() not in _PYTHON:
            page.report(fence.line, "run=program is for Python; in JavaScript, write run=always")
        elif not options.get("file"):
            message = "run=program runs a file, and this fence has none; add file=NAME.py"
            page.report(fence.line, message)
        elif "expect" in options or "chain" in options:
            key = "expect" if "expect" in options else "chain"
            message = f"a program has no {key}=; state what it prints in an 'output' fence below it"
            page.report(fence.line, message)
        else:
            return True
        return False

    def _runs(self, fence: Fence) -> bool:
        """Return whether a fence runs, by itself or in a chain; report what speaks against it."""
        page, options = self.page, fence.options
        javascript = fence.language.lower() in JAVASCRIPT
        run = options.get("run")
        if "run" in options and run not in ("never", "always"):
            message = f"run={run!r} is not known; write run=never, run=always or run=program"
            page.report(fence.line, message)
        elif run == "always" and not javascript:
            page.report(fence.line, "only JavaScript runs in the page; remove run=always")
        if "chain" in options:
            if not options["chain"]:
                page.report(
                    fence.line, "chain= has no name; write the same one in each fence of it"
                )
            elif not javascript:
                page.report(fence.line, "only JavaScript runs in the page; remove chain=")
            elif run == "never":
                page.report(
                    fence.line, "a fence of a chain can't be run=never; remove one of the two"
                )
            else:
                return True
            return False
        running = runs(fence.code, fence.language, run if "run" in options else None)
        if "expect" in options and not running:
            page.report(
                fence.line, "expect= is for a fence that runs; add run=always, or remove it"
            )
        return running


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


def _read_code(lines: list[str], position: int, opening: re.Match[str]) -> tuple[str, int | None]:
    """Return the code of a fence, and the position of its closing line or `None`."""
    fence, prefix = opening["fence"], opening["prefix"]
    quote = _QUOTE.match(prefix)
    width = len(prefix[quote.end() if quote else 0 :].expandtabs(4))
    closing = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    code: list[str] = []
    for end in range(position + 1, len(lines)):
        line = lines[end]
        if quote:
            inner = _QUOTE.match(line)
            if inner is None:
                return "", None
            line = line[inner.end() :]
        if fence[0] in line and closing.match(line):
            return "\n".join(code), end
        code.append(_without_indent(line, width) if width else line)
    return "", None


def _line_after(lines: list[str], closing: int, prefix: str) -> str:
    """Return the next line below a fence that is not blank, if it is as indented as the fence."""
    for line in lines[closing + 1 :]:
        if not _is_blank(line):
            inside = len(line) - len(line.lstrip(" \t>")) >= len(prefix.replace("\t", "    "))
            return line if inside else ""
    return ""


def _without_indent(line: str, width: int) -> str:
    """Return *line* less at most *width* columns of leading white space."""
    column = index = 0
    while index < len(line) and column < width and line[index] in " \t":
        column += 1 if line[index] == " " else 4 - column % 4
        index += 1
    return line[index:]


def _is_blank(line: str) -> bool:
    """Return whether a line is blank, also within a block quote."""
    return not line.strip(" \t>")


def _is_indented_code(lines: list[str], position: int, prefix: str) -> bool:
    """
    Return whether a fence's line is only shown, in code that is indented by four spaces.

    It is not where the indentation belongs to a list item, a `:::` block, an
    admonition, a definition or a footnote.
    """
    indent = _indent(prefix)
    if indent < 4:
        return False
    for line in _before(lines, position):
        if not line.strip() or _indent(line) >= indent:
            continue
        if _CONTAINER.match(line):
            return False
        indent = _indent(line)
        if indent < 4:
            return True
    return True


def _before(lines: list[str], position: int) -> Iterator[str]:
    return (lines[index] for index in range(position - 1, -1, -1))


def _indent(line: str) -> int:
    expanded = line.expandtabs(4)
    return len(expanded) - len(expanded.lstrip(" "))


class FencesExtension(Extension):
    """Fenced code, for the page that *current* names."""

    def __init__(self, current: CurrentPage):
        super().__init__()
        self.current = current

    def extendMarkdown(self, md: Markdown) -> None:
        """Register `fences`, in place of Markdown's own normalising of white space."""
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.register(FencesPreprocessor(md, self.current), "fences", 29)
        md.block_level_elements.append("live-snippet")
