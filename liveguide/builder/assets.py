"""Write what a site has besides its pages: media, their scripts, their texts for the search."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import Problem, SourceError
from ..settings import Settings
from ..textfile import read_text
from . import nginx
from .digests import digest_of
from .extensions.snippets import snippet_script
from .keeping import entry_of
from .memory import Memory, Part
from .output import copy_file, write_file
from .policy import (
    EVAL,
    LARGEST,
    NO_HTML_OF_TEXT,
    TOO_LARGE,
    Embedded,
    embedded_in_document,
)
from .rendered import KnownPage, RenderedPage
from .search import search_file, search_groups, search_output
from .sources import SourceFile
from .walking import MANIFEST


def asset_parts(files: list[SourceFile], site: Path, memory: Memory) -> Iterator[Part]:
    """Yield the copies of the guide's own files."""
    for file in files:
        yield Part(f"asset {file.uri}", memory.digests.of(file.path), partial(_copy, file, site))


def _copy(file: SourceFile, site: Path) -> list[str]:
    copy_file(file.path, site / file.output)
    return [file.output]


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
