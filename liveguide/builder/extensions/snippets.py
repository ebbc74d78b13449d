"""
Runnable fences: what they must log, and which of them belong together.

    ```js expect="Got message: Hello world"

    ```js chain=talk
    ```js chain=talk expect=hello

    ```output order=any match=pattern

`expect` states a text that the snippet must log. An `output` fence directly
after it states the lines: exactly, with `...` for any text, or as JavaScript's
regular expressions with `match=pattern`; one after the other, or in any order
with `order=any`. The fences of a chain run as one program, under the last.

A Python program states what it prints in the same way:

    ```python file=client.py run=program

    ```output

It does not run in the page: the check runs it, as a process of its own.

A page's snippets are known only when all of its fences are read, so each fence
leaves a place in Markdown's stash, and `finish` fills it.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import did_you_mean
from ..sources import ASSETS, relative_url, url_of
from .page import PageState, Program, Snippet

if TYPE_CHECKING:
    from markdown.util import HtmlStash

OUTPUT = "output"
"""The language of a fence that states what the snippet before it must log."""

JAVASCRIPT = frozenset({"js", "javascript", "mjs"})
"""The names by which a fence says that its code is JavaScript for the browser."""

OUTPUT_OPTIONS = {"order": ("strict", "any"), "match": ("exact", "pattern")}

_LONGEST_NAME = 60

_CONNECTS = re.compile(r"\bnew\s+WebSocket\b")


@dataclass
class Runnable:
    """
    A fence that runs, or that is part of a chain.

    Attributes:

        line: The line of the page on which it opens.

        code: Its own code.

        options: The options of its fence.

        figure: Its highlighted code.

        place: Where in the stash its HTML goes.

        expected: What it must log, as the front end reads it.

        expected_figure: The block that states it.

        name: Its title, or the first line of its code.

        features: The ids of the features that it shows.

        program: Where it is on disk, if it is a program.
    """

    line: int
    code: str
    options: dict[str, str | None]
    figure: str
    place: int = -1
    expected: dict[str, Any] | None = None
    expected_figure: str = ""
    name: str = ""
    features: tuple[str, ...] = ()
    program: Path | None = None


@dataclass
class Snippets:
    """The runnable fences of one page."""

    page: PageState
    runnables: list[Runnable] = field(default_factory=list)
    chains: dict[str, list[Runnable]] = field(default_factory=dict)

    def add(
        self, line: int, code: str, options: dict[str, str | None], figure: str, title: str | None
    ) -> Runnable:
        """Note a runnable fence, and what its options state."""
        runnable = Runnable(line, code, options, figure, name=title or first_statement(code))
        if "feature" in options:
            runnable.features = self.page.known_features(options["feature"], line)
        if "expect" in options:
            stated = options["expect"]
            if stated:
                runnable.expected = {"lines": [stated], "match": "contains", "order": "strict"}
            else:
                self.page.report(line, 'expect= states no text; write expect="what must be logged"')
        chain = options.get("chain")
        if chain:
            self.chains.setdefault(chain, []).append(runnable)
        self.runnables.append(runnable)
        return runnable

    def add_program(
        self, line: int, path: Path, options: dict[str, str | None], figure: str
    ) -> Runnable:
        """Note a program."""
        runnable = Runnable(line, "", options, figure, name=options.get("title") or path.name)
        if "feature" in options:
            runnable.features = self.page.known_features(options["feature"], line)
        runnable.program = path
        self.runnables.append(runnable)
        return runnable

    def expect(self, runnable: Runnable | None, line: int, code: str, figure: str) -> bool:
        """
        Note the block that states what *runnable*, the fence before it, must log.

        Returns:

            Whether the block belongs to a snippet; it is just code otherwise.
        """
        if runnable is None:
            message = "this output belongs to no snippet: no runnable fence is directly before it"
            self.page.report(line, f"{message}; call its language 'text'", "warning")
            return False
        lines = [text.rstrip() for text in code.splitlines() if text.strip()]
        if not lines:
            self.page.report(line, "this output is empty; write what the snippet must log")
        elif runnable.expected is not None:
            message = "the snippet before this output states what it must log already"
            self.page.report(line, f"{message}, on line {runnable.line}; keep one of the two")
        else:
            runnable.expected = {"lines": lines, "match": "exact", "order": "strict"}
            if runnable.program is not None:
                expected, printed = (
                    f"<span>{escape(text)}</span>"
                    for text in (self.page.say("Expected output"), self.page.say("Output"))
                )
                figure = figure.replace(expected, printed, 1)
            runnable.expected_figure = figure
        return True

    def choose(self, runnable: Runnable | None, line: int, options: dict[str, str | None]) -> None:
        """Apply the options of an output block."""
        for key, known in OUTPUT_OPTIONS.items():
            value = options.get(key, known[0]) or ""
            if value not in known:
                hint = did_you_mean(value, known) or f"; write {' or '.join(known)}"
                self.page.report(line, f"{key}={value!r} is not known{hint}")
            elif runnable is not None and runnable.expected is not None and key in options:
                runnable.expected[key] = value

    def finish(self, stash: HtmlStash) -> None:
        """Write the HTML of every runnable fence into its place."""
        for runnable in self.runnables:
            if runnable.program is not None:
                stash.rawHtmlBlocks[runnable.place] = self._program(runnable, runnable.program)
                continue
            name = runnable.options.get("chain")
            parts = self.chains[name] if name else [runnable]
            if runnable is parts[-1]:
                html = self._snippet(name, parts)
            else:
                chained = f'<div class="chained" data-chain="{escape(name or "")}">'
                html = f"{chained}{runnable.figure}</div>"
                if runnable.expected is not None:
                    message = "only the last fence of a chain can state what must be logged"
                    self.page.report(runnable.line, f"{message}; move it to line {parts[-1].line}")
            stash.rawHtmlBlocks[runnable.place] = html

    def _program(self, runnable: Runnable, path: Path) -> str:
        page, line = self.page, runnable.line
        if runnable.expected is None:
            message = "this program states no output"
            page.report(line, f"{message}; let a fence of the language 'output' follow it")
            return runnable.figure
        if runnable.expected["match"] == "pattern":
            self._check_patterns(line, runnable.expected["lines"])
        features = runnable.features
        page.programs.append(Program(line, runnable.name, path, runnable.expected, features))
        attributes = page.show("program", runnable.name, features)
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        told = f"<code>{escape(f'python {path.name} ADDRESS')}</code>"
        note = escape(page.say("A program. The tests run it:"))
        return (
            f'<div class="program" data-line="{line}"{written}>'
            f'<p class="program-note">{note} {told}</p>'
            f"{runnable.figure}{runnable.expected_figure}</div>"
        )

    def _check_patterns(self, line: int, patterns: list[str]) -> None:
        """Report what is no pattern: of a program's output, they are Python's."""
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                message = f"the output of this program: {pattern!r} is no regular expression"
                self.page.report(line, f"{message} ({error})")

    def _snippet(self, chain: str | None, parts: list[Runnable]) -> str:
        page, last = self.page, parts[-1]
        code = "\n".join(part.code for part in parts)
        connects = _CONNECTS.search(code) is not None
        if chain:
            if len(parts) == 1:
                message = (
                    f"the chain {chain!r} has one fence only; name it in another, or remove it"
                )
                page.report(last.line, message, "warning")
            if not connects and not any(part.options.get("run") == "always" for part in parts):
                message = f"the chain {chain!r} opens no WebSocket, so it does not run"
                page.report(last.line, f"{message}; add run=always", "warning")
        snippet = Snippet(self._output(code), code, last.line, last.expected is not None)
        page.snippets.append(snippet)
        attributes = {
            "src": relative_url(url_of(snippet.output), page.url),
            "data-line": str(last.line),
        }
        if last.expected is not None:
            attributes["data-expect"] = json.dumps(last.expected, ensure_ascii=False)
        if chain:
            attributes["data-chain"] = chain
            attributes["data-parts"] = " ".join(
                f"{part.line}:{part.code.count(chr(10)) + 1}" for part in parts
            )
        if not connects:
            attributes["class"] = "no-socket"
        features = dict.fromkeys(name for part in parts for name in part.features)
        attributes |= page.show("snippet", last.name, tuple(features))
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        return f"<live-snippet{written}>{last.figure}{last.expected_figure}</live-snippet>"

    def _output(self, code: str) -> str:
        page = self.page
        digest = hashlib.sha256(snippet_script(code).encode()).hexdigest()[:8]
        stem = posixpath.splitext(page.output)[0].removesuffix("index").rstrip("/") or "home"
        return f"{ASSETS}/snippets/{stem}/{len(page.snippets) + 1}-{digest}.js"


def runs(code: str, language: str, run: str | None) -> bool:
    """Return whether a fence runs by itself: JavaScript with a socket, unless *run* says else."""
    if language.lower() not in JAVASCRIPT:
        return False
    return _CONNECTS.search(code) is not None if run is None else run == "always"


def first_statement(code: str) -> str:
    """Return the first line of *code* that is no comment, to call a snippet without a title by."""
    lines = [line.strip() for line in code.split("\n")]
    told = [line for line in lines if line and not re.match(r"//|/\*|\*", line)]
    name = (told or [line for line in lines if line] or ["an empty snippet"])[0]
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "..."


def snippet_script(code: str) -> str:
    """
    Return the script that hands a snippet to the page that loads it.

    The code begins on the first line, so that the browser's line numbers are
    the snippet's own; a sloppy-mode function, as in the browser's console.
    """
    return f"document.currentScript.snippet = async function (console, WebSocket) {{{code}\n}}\n"
