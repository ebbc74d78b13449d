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
from pathlib import Path
from typing import TYPE_CHECKING

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from .annotations import are_notes, has_marks, links_for, take_marks
from .code_figure import Look, code_figure
from .fence_lines import QUOTE, is_blank, line_after, opening_at, read_code
from .fence_options import Fence, first_line_number, flag, line_numbers, read_fence
from .including import include
from .page import Annotated, CurrentPage, IncludedFence, PageState
from .raw_html import raw_end
from .runnable import is_program, is_runnable
from .snippets import OUTPUT, Runnable, Snippets

if TYPE_CHECKING:
    from markdown import Markdown


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
            opening = opening_at(lines, position) if "`" in line or "~" in line else None
            if opening is None:
                line = line.expandtabs(self.md.tab_length)
                if not is_blank(line):
                    self._before = None
                keep("" if line.isspace() else line, number)
                position += 1
                continue
            code, closing = read_code(lines, position, opening)
            if closing is None:
                marks = opening["fence"]
                self.page.report(
                    number, f"this fence is never closed; end it with a line of {marks}"
                )
                break
            prose[position : closing + 1] = [""] * (closing + 1 - position)
            fence = read_fence(opening, code, number, self.page)
            if ")!" in code or "file" in fence.options:
                fence.after = line_after(lines, closing, fence.prefix)
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
            quote = QUOTE.match(fence.prefix)
            blank = quote[0].rstrip() if quote else ""
            on_marker = fence.prefix[len(blank) :].strip()  # the line of a list's marker
            # One blank line on each side: a second one would end the footnote around it.
            if output and not is_blank(output[-1]) and not on_marker:
                keep(blank, number)
            keep(fence.prefix.expandtabs(self.md.tab_length) + placeholder, number)
            position = closing + 1
            if position < len(lines) and not is_blank(lines[position]):
                keep(blank if QUOTE.match(lines[position]) else "", number)
        self._snippets.finish(self.md.htmlStash)
        keep("", self.page.first_line + len(lines))
        self.page.line_numbers = numbers
        self.page.body = "\n".join(prose)
        return output

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
            included = include(fence, page)
            if included is None:
                return ""
            fence.code, first, source_href, path = included
            title = title or posixpath.basename(str(options["file"]))
            if not fence.language:
                fence.language = self._language_of(posixpath.basename(str(options["file"])))
        elif "lines" in options or "section" in options:
            page.report(fence.line, "'lines' and 'section' are parts of a file; add file=NAME")
        start = first_line_number(fence, first, page)
        ends = self._take_marks(fence)
        figure = code_figure(
            fence.code,
            "" if fence.language == OUTPUT else fence.language,
            Look(
                title=title or (page.say("Expected output") if fence.language == OUTPUT else None),
                source_href=None if fence.language == OUTPUT else source_href,
                source_word=page.say("source"),
                first=start,
                stressed=line_numbers(fence, "hl_lines", page),
                inserted=line_numbers(fence, "ins", page),
                deleted=line_numbers(fence, "del", page),
                wrap=flag(fence, "wrap", page),
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
            if is_program(fence, page) and path is not None:
                self._before = self._snippets.add_program(fence.line, path, options, figure)
        elif is_runnable(fence, page):
            if "del" in options:
                message = "del= marks lines that are gone, but this code runs; add run=never"
                page.report(fence.line, message)
            self._before = self._snippets.add(fence.line, fence.code, options, figure, title)
        elif "feature" in options:
            message = "feature= is for a fence that runs; add run=always, or remove it"
            page.report(fence.line, message)
        return figure

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
