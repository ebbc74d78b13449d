"""Write everything of a site that is not a page: media, front end, scripts, source views."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import Problem, SourceError
from ..settings import Settings
from ..textfile import read_text
from ..words import words_of
from . import nginx
from .digests import digest_of
from .extensions.snippets import snippet_script
from .keeping import entry_of
from .memory import Memory, Part
from .minified import minified
from .output import copy_file, write_file
from .policy import (
    EVAL,
    LARGEST,
    NO_HTML_OF_TEXT,
    TOO_LARGE,
    Embedded,
    author_stylesheet,
    embedded_in_document,
)
from .rendered import KnownPage, RenderedPage
from .scripts import Words, join_scripts
from .search import search_file, search_groups, search_output
from .sources import ASSETS, SourceFile
from .stylesheets import SOURCE_VIEW, join_styles, stylesheet_name
from .walking import MANIFEST

FRONTEND = Path(__file__).parent.parent / "frontend"

SCRIPTS = ("first.js", "main.js", "page.js", "runner.js")
"""The scripts that HTML of ours names."""

SPEAKING = ("main.js", "page.js")
"""Those that have words for readers."""

LOADED_LATER = ("search.css", "editor.css", "demo.css", "lines.css")
"""The stylesheets that scripts ask for."""

LOGIN = f"{ASSETS}/login.css"
"""The stylesheet of the server's own pages."""


def asset_parts(files: list[SourceFile], site: Path, memory: Memory) -> Iterator[Part]:
    """Yield the copies of the guide's own files."""
    for file in files:
        yield Part(f"asset {file.uri}", memory.digests.of(file.path), partial(_copy, file, site))


def _copy(file: SourceFile, site: Path) -> list[str]:
    copy_file(file.path, site / file.output)
    return [file.output]


class FrontEnd(NamedTuple):
    """
    What a site's pages load of ours.

    Attributes:

        folder: Where it stands, in the site; its name changes with what is in it.

        languages: The languages of the pages; its scripts are written in each that we speak.

        own: The site's own rules, at the end of each stylesheet.
    """

    folder: str
    languages: Sequence[str]
    own: str

    @property
    def prefix(self) -> str:
        """The folder's path below the site's folder for what is ours, with a slash."""
        return f"{self.folder.removeprefix(ASSETS + '/')}/"


def frontend_parts(site: Path, memory: Memory, front_end: FrontEnd) -> Iterator[Part]:
    """
    Yield the front end, its scripts joined, and the answer of a host without a live server.

    Args:

        site: The folder to write into.

        memory: Knows the hashes of files.

        front_end: What is written, and where.
    """
    digest = digest_of(memory.digests.of_folder(FRONTEND), front_end.folder)
    spoken = {script_suffix(name): words_of(name) for name in front_end.languages}
    scripts = partial(_write_scripts, spoken, front_end.folder, site)
    yield Part("scripts", digest_of(digest, spoken), scripts)
    yield Part("front end", digest, partial(_copy_frontend, front_end.folder, site))


def _copy_frontend(folder: str, site: Path) -> list[str]:
    written = [f"{ASSETS}/status.json"]
    write_file(site, written[0], json.dumps({"live": False}) + "\n")
    for source in sorted(FRONTEND.rglob("[!.]*")):
        # The icon has the site's own colour.
        own = source.suffix in (".js", ".css") or source.name == "icon.svg"
        if source.is_file() and not own:
            written.append(f"{folder}/{source.relative_to(FRONTEND).as_posix()}")
            # Not copytree, which goes on when the disk is full.
            copy_file(source, site / written[-1])
    return written


def _write_scripts(spoken: Mapping[str, Mapping[str, str]], folder: str, site: Path) -> list[str]:
    scripts = _scripts(spoken)
    for output, text in scripts.items():
        # Vendored scripts are small already, and this minifier moves a declaration that
        # destructures in front of others that it depends on.
        if not output.startswith("vendor/"):
            text = minified("application/javascript", text)
        write_file(site, f"{folder}/{output}", text)
    return [f"{folder}/{output}" for output in scripts]


def _scripts(spoken: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the scripts; those with words in each language, too."""
    scripts = join_scripts(FRONTEND, SCRIPTS)
    for suffix, words in spoken.items():
        if words:
            scripts |= join_scripts(FRONTEND, SPEAKING, Words(suffix, words))
    return scripts


def script_suffix(language: str) -> str:
    """Return what the scripts with the words of *language* have before `.js`."""
    return f".{language.lower().split('-')[0]}" if words_of(language) else ""


def style_parts(
    pages: list[KnownPage], site: Path, memory: Memory, front_end: FrontEnd
) -> Iterator[Part]:
    """
    Yield each stylesheet that a page links, and that of pages that the server makes.

    Args:

        pages: The pages.

        site: The folder to write into.

        memory: Knows the hashes of files.

        front_end: Where they stand; and the site's own rules.
    """
    folder, own = FRONTEND / "styles", front_end.own
    digest = digest_of(memory.digests.of_folder(folder), own)

    def write(output: str, text: Callable[[], str]) -> list[str]:
        write_file(site, output, text())
        return [output]

    for parts in sorted({(), SOURCE_VIEW, *(page.parts for page in pages)}):
        output = f"{front_end.folder}/{stylesheet_name(parts)}"
        joined = partial(join_styles, folder, parts, own)
        yield Part(output, digest, partial(write, output, joined))
    # The server knows no hash of ours.
    joined = partial(join_styles, folder, ("login",), own)
    yield Part(LOGIN, digest, partial(write, LOGIN, joined))
    for name in LOADED_LATER:
        output = f"{front_end.folder}/styles/{name}"
        small = partial(_minified_style, folder / name)
        yield Part(output, digest, partial(write, output, small))
    styles = {name: style for page in pages for name, style in page.styles.items()}
    if styles:
        output = f"{ASSETS}/author.css"
        text = author_stylesheet(styles)
        yield Part(output, digest_of(text), partial(write, output, lambda: text))


def _minified_style(path: Path) -> str:
    return minified("text/css", path.read_text(encoding="utf-8"))


def search_parts(
    pages: list[KnownPage], settings: Settings, site: Path, memory: Memory
) -> Iterator[Part]:
    """Yield what browsers make their index of."""
    groups = search_groups(pages)
    first = (len(groups), settings.language)

    def write(number: int, group: list[KnownPage]) -> list[str]:
        entries = (entry_of(page, memory.cache) for page in group)
        write_file(site, search_output(number), search_file(number, entries, *first))
        return [search_output(number)]

    for number, group in enumerate(groups):
        pages_basis = [page.digest for page in group]
        basis = digest_of(pages_basis, None if number else first)
        yield Part(f"search {number}", basis, partial(write, number, group))


def write_page_files(page: RenderedPage, site: Path) -> list[str]:
    """Write the scripts of a page's runnable fences, and the pictures that were made for it."""
    for snippet in page.snippets:
        write_file(site, snippet.output, snippet_script(snippet.code))
    for output, svg in page.images.items():
        write_file(site, output, svg)
    return [*(snippet.output for snippet in page.snippets), *page.images]


def document_policies(
    files: list[SourceFile], memory: Memory
) -> tuple[dict[str, str], list[Problem]]:
    """Return the policies of the guide's own HTML files, and what these would stop."""
    policies, problems = {}, []
    for file in files:
        if posixpath.splitext(file.output)[1].lower() not in (".html", ".htm", ".xhtml", ".svg"):
            continue
        digest = memory.digests.of(file.path)
        try:
            policy, stopped = memory.recall(f"policy {file.uri}", digest, partial(_judged, file))
        except SourceError as error:
            problems.append(error.problem)
            continue
        policies[file.output] = policy
        problems += [Problem(*problem) for problem in stopped]
    return policies, problems


def _judged(file: SourceFile) -> tuple[str, list[Any]]:
    text = read_text(file.path)
    embedded = embedded_in_document(text, is_drawing=file.output.lower().endswith(".svg"))
    policy, problems = embedded.policy(), list(_stopped(file, text, embedded))
    if len(policy) > LARGEST:
        message = f"the file's security policy {TOO_LARGE}"
        problems.append(Problem(str(file.path), None, message, "warning"))
    return policy, problems


def _stopped(file: SourceFile, text: str, embedded: Embedded) -> Iterator[Problem]:
    for what, offset in embedded.stopped(text):
        line = None if offset is None else text.count("\n", 0, offset) + 1
        fault = embedded.fault(what)
        if fault is not None:
            yield Problem(str(file.path), line, fault, "warning")
            continue
        shown, fix = f"the attribute {what}=", "use a listener in a script"
        if what == EVAL:
            shown, fix = "eval in a script", "move what it does into the script"
        elif what == "style":
            fix = "move it into a stylesheet"
        elif what in embedded.addresses:
            shown, fix = f"the link {what[:60]!r}", "use a listener in a script"
        elif what not in embedded.attributes:
            shown, fix = f"{what} in a script", NO_HTML_OF_TEXT
        message = f"{shown} is stopped by the file's security policy; {fix}"
        yield Problem(str(file.path), line, message, "warning")


def write_manifest(site: Path, manifest: Mapping[str, object]) -> list[str]:
    """Write what the servers and the next build need to know of the site."""
    write_file(site, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    policies = manifest["policies"]
    assert isinstance(policies, Mapping)
    write_file(site, nginx.OUTPUT, nginx.policy_map(policies))
    return [MANIFEST, nginx.OUTPUT]
