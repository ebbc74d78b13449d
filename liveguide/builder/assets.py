"""Write everything of a site that is not a page: media, front end, scripts, source views."""

from __future__ import annotations

import json
import posixpath
import shutil
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import Problem, SourceError
from ..settings import Settings
from ..textfile import read_text
from ..words import words_of
from .extensions.snippets import snippet_script
from .memory import Memory
from .minified import minified
from .policy import Embedded, author_stylesheet, embedded_in_document
from .rendering import RenderedPage
from .scripts import Words, join_scripts
from .search import search_files
from .sources import ASSETS, MANIFEST, SourceFile
from .stylesheets import SOURCE_VIEW, join_styles, stylesheet_name

FRONTEND = Path(__file__).parent.parent / "frontend"

SCRIPTS = ("main.js", "page.js", "runner.js", "theme.js")
"""The scripts that HTML of ours names."""

SPEAKING = ("main.js", "page.js")
"""Those that have words for readers."""

LOADED_LATER = ("login.css", "search.css", "editor.css")
"""The stylesheets of the server's own pages, and those that scripts ask for."""


def write_file(site: Path, output: str, text: str) -> None:
    """Write one text file of the site."""
    path = site / output
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def copy_assets(files: list[SourceFile], site: Path, memory: Memory) -> None:
    """Copy the guide's own files."""
    for file in files:
        if not memory.keeps(file.output, memory.digests.of(file.path)):
            _copy(file.path, site / file.output)


def _copy(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)


def copy_frontend(site: Path, memory: Memory, languages: Iterable[str] = ()) -> None:
    """
    Write the front end, its scripts joined, and the answer of a host without a live server.

    Args:

        site: The folder to write into.

        memory: Knows what can be kept of the last site.

        languages: The languages of the pages; the scripts are written in each that we speak.
    """
    digest = memory.digests.of_folder(FRONTEND)
    for source in sorted(FRONTEND.rglob("[!.]*")):
        if source.is_file() and source.suffix not in (".js", ".css"):
            output = f"{ASSETS}/{source.relative_to(FRONTEND).as_posix()}"
            # The icon may yet get the site's own colour, so it is written each time.
            if source.name == "icon.svg" or not memory.keeps(output, digest):
                # Not copytree, which goes on when the disk is full.
                _copy(source, site / output)
    spoken = {script_suffix(name): words_of(name) for name in languages}
    scripts = memory.recall("scripts", (digest, spoken), lambda: _scripts(spoken))
    for output, text in scripts.items():
        if memory.keeps(f"{ASSETS}/{output}", (digest, spoken)):
            continue
        # Vendored scripts are small already, and this minifier moves a declaration that
        # destructures in front of others that it depends on.
        if not output.startswith("vendor/"):
            text = minified("application/javascript", text)
        write_file(site, f"{ASSETS}/{output}", text)
    write_file(site, f"{ASSETS}/status.json", json.dumps({"live": False}) + "\n")


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


def write_styles(pages: list[RenderedPage], site: Path, memory: Memory, own: str = "") -> None:
    """
    Write each stylesheet that a page links, and those of pages that the server makes.

    Args:

        pages: The pages.

        site: The folder to write into.

        memory: Knows what can be kept of the last site.

        own: The site's own rules.
    """
    folder = FRONTEND / "styles"
    digest = memory.digests.of_folder(folder)
    needed = {page.parts for page in pages}
    for parts in sorted({(), SOURCE_VIEW, *needed}):
        output = f"{ASSETS}/{stylesheet_name(parts)}"
        if not memory.keeps(output, (digest, own)):
            write_file(site, output, join_styles(folder, parts, own))
    for name in LOADED_LATER:
        output = f"{ASSETS}/styles/{name}"
        if not memory.keeps(output, digest):
            text = (folder / name).read_text(encoding="utf-8")
            write_file(site, output, minified("text/css", text))


def write_snippets(pages: list[RenderedPage], site: Path, memory: Memory) -> None:
    """Write the script of every runnable fence."""
    for page in pages:
        for snippet in page.snippets:
            if not memory.keeps(snippet.output, snippet.code):
                write_file(site, snippet.output, snippet_script(snippet.code))


def write_search(pages: list[RenderedPage], settings: Settings, site: Path) -> None:
    """Write what browsers make their index of."""
    for output, text in search_files(pages, settings).items():
        write_file(site, output, text)


def write_images(pages: list[RenderedPage], site: Path, memory: Memory) -> None:
    """Write the pictures that were made for the pages."""
    for page in pages:
        for output, svg in page.images.items():
            if not memory.keeps(output, svg):
                write_file(site, output, svg)


def write_author_styles(pages: list[RenderedPage], site: Path) -> None:
    """Write the rules that stand for the authors' `style=` attributes, if there are any."""
    styles = {name: style for page in pages for name, style in page.styles.items()}
    if styles:
        write_file(site, f"{ASSETS}/author.css", author_stylesheet(styles))


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
            policy, stopped = memory.recall(("policy", file.uri), digest, partial(_judged, file))
        except SourceError as error:
            problems.append(error.problem)
            continue
        policies[file.output] = policy
        problems += stopped
    return policies, problems


def _judged(file: SourceFile) -> tuple[str, list[Problem]]:
    text = read_text(file.path)
    embedded = embedded_in_document(text)
    return embedded.policy(), list(_stopped(file, text, embedded))


def _stopped(file: SourceFile, text: str, embedded: Embedded) -> Iterator[Problem]:
    for what, offset in embedded.stopped(text):
        line = None if offset is None else text.count("\n", 0, offset) + 1
        shown, fix = f"the attribute {what}=", "use a listener in a script"
        if what == "eval":
            shown, fix = "eval in a script", "move what it does into the script"
        message = f"{shown} is stopped by the file's security policy; {fix}"
        yield Problem(str(file.path), line, message, "warning")


def write_manifest(site: Path, manifest: dict[str, Any]) -> None:
    """Write what the server and the next build need to know of the site."""
    write_file(site, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
