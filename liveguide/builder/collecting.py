"""Find every file of a guide, and what is wrong with their names and addresses."""

from __future__ import annotations

import codecs
import contextlib
import os
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..errors import Problem, SourceError
from ..textfile import read_text
from .frontmatter import says_draft
from .sources import (
    ASSETS,
    FEATURES_FILE,
    PRIVATE_NAMES,
    Kind,
    SourceFile,
    Sources,
    output_of,
    url_of,
    yaml_name,
)
from .walking import SKIPPED_FOLDERS, THEME, walk

_FRONT_MATTER = 2048  # bytes, in which it usually has its end


def collect_sources(
    guide: Path, site: Path, *, drafts: bool = False
) -> tuple[Sources, list[Problem]]:
    """
    Find every file of *guide*, and every fault in their names.

    Dot files, `__pycache__`, `_theme`, the folder *site* and other built sites are passed over.

    Args:

        guide: The guide folder.

        site: The output folder.

        drafts: Whether drafts are pages like others.
    """
    sources, problems = Sources(), list[Problem]()
    names: dict[str, Path] = {}

    def unread(error: OSError) -> None:
        message = f"this folder can't be read: {error.strerror}"
        problems.append(Problem(repr(error.filename)[1:-1], None, message))

    for uri, path in walk(guide, site, unread):
        if uri.startswith(f"{THEME}/"):
            continue
        shown = str(path)
        if not _is_plain(uri):
            shown = repr(shown)[1:-1]  # can be printed, and moves no terminal's cursor
            problems.append(
                Problem(shown, None, "the file's name is not UTF-8 or has control characters")
            )
            continue
        is_link = os.path.islink(path)
        if is_link and guide.resolve() not in path.resolve().parents:
            message = "this link leads out of the guide folder and is left out; copy the file"
            problems.append(Problem(shown, None, message, "warning"))
            continue
        kind, output = output_of(uri)
        real = _real_uri(path, guide) if is_link else uri
        if not real:
            message = "this link leads to a file that is not published and is left out; copy it"
            problems.append(Problem(shown, None, message, "warning"))
            continue
        if output_of(real)[0] == "private":
            # What is not published under its own name is not under another.
            kind, output = "private", ""
        is_text = kind == "page" or output_of(real)[0] == "page"
        draft = is_text and _is_draft(path)
        if draft and (kind != "page" or not drafts):
            kind, output = "draft", ""
        problems += _doubts(uri, shown, kind)
        twin = names.setdefault(unicodedata.normalize("NFC", uri).casefold(), path)
        if twin != path:
            message = f"on macOS and Windows it is the same file as {twin}; rename one"
            problems.append(Problem(shown, None, message, "warning"))
        file = SourceFile(uri, path, kind, output, draft)
        sources.files[uri] = file
        sources.folders.update(_ancestors(file.folder))
        if kind in ("private", "draft"):
            continue
        if uri.split("/", 1)[0] == ASSETS:
            message = f"the site keeps its own files in {ASSETS}/; rename this folder"
            problems.append(Problem(shown, None, message))
        elif output in sources.outputs:
            other = sources.outputs[output].path
            message = f"it claims the address /{url_of(output)}, which {other} has; rename one"
            problems.append(Problem(shown, None, message))
        else:
            sources.outputs[output] = file
    for output, file in sources.outputs.items():
        for folder in _ancestors(posixpath.dirname(output)):
            if folder in sources.outputs:
                other = sources.outputs[folder].path
                message = f"it needs a folder /{quote(folder)}/ where {other} has its address"
                problems.append(Problem(str(file.path), None, message + "; rename one"))
            elif folder in ("404.html", "index.html"):
                message = f"the site makes its own {folder}; rename the folder {folder}/"
                problems.append(Problem(str(file.path), None, message))
    if "404.html" in sources.outputs:
        path = sources.outputs["404.html"].path
        message = f"the site makes its own 404.html; rename {path.name}"
        problems.append(Problem(str(path), None, message))
    return sources, problems


def _doubts(uri: str, shown: str, kind: Kind) -> list[Problem]:
    """Return a warning for a file whose name looks like one that means something."""
    name = posixpath.basename(uri)
    stem, suffix = posixpath.splitext(name)
    read = yaml_name(name)
    if read != name and (read in PRIVATE_NAMES or yaml_name(uri) == FEATURES_FILE):
        message = f"{name} is not read; did you mean {read}?"
    elif kind == "asset" and suffix != ".md" and suffix.lower() in (".md", ".markdown"):
        message = f"it is copied as it is; rename it {stem}.md to make it a page"
    else:
        return []
    return [Problem(shown, None, message, "warning")]


def _real_uri(link: Path, guide: Path) -> str:
    """Return the uri of what a link leads to; empty where that is passed over."""
    real = link.resolve().relative_to(guide.resolve())
    top = real.parts[0]
    if top == THEME or any(part.startswith(".") or part in SKIPPED_FOLDERS for part in real.parts):
        return ""
    return real.as_posix()


def _is_draft(path: Path) -> bool:
    """Return whether a page says `draft: true` in its front matter, which alone is read."""
    with contextlib.suppress(OSError, SourceError):
        with path.open("rb") as file:
            start = file.read(_FRONT_MATTER)
        if not start.removeprefix(codecs.BOM_UTF8).startswith(b"---"):
            return False
        # Most pages say nothing of it; with a backslash, a key may be written in other letters.
        is_whole = re.search(rb"[\r\n](?:---|\.\.\.)[ \t]*[\r\n]", start)
        if is_whole and b"draft" not in start.lower() and b"\\" not in start:
            return False
        return says_draft(read_text(path), str(path))
    return False  # what is wrong with it is shown when it is rendered


def _is_plain(uri: str) -> bool:
    if uri.isascii() and uri.isprintable():
        return True
    try:
        uri.encode("utf-8")
    except UnicodeEncodeError:
        return False
    # Spaces of every kind are fine: screenshots on a Mac have U+202F in their names.
    return not any(unicodedata.category(character) == "Cc" for character in uri)


def _ancestors(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
