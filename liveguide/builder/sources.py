"""
The files of a guide, and the one place that decides the address of each.

| source                        | output                            | address              |
|-------------------------------|-----------------------------------|----------------------|
| `README.md`, `index.md`       | `index.html`                      | the folder, `/`      |
| `intro.md`                    | `intro.html`                      | `/intro.html`        |
| `demo.html`, `logo.png`, ...  | itself                            | itself               |
| `pingbot.py`, `gramex.yaml`   | nothing: never copied             |                      |
| `app.py~`, `gramex.yaml.bak`  | nothing: never copied             |                      |
| `features.yaml` at the top    | nothing: never copied             |                      |
| the source view of `pingbot.py` | `pingbot.py.source/index.html`  | `/pingbot.py.source/` |

A page keeps its place beside its neighbours (`intro.html`, not `intro/`), so
that every relative address on it, those in its scripts included, means the
same in the source tree, on the served site and on any static host.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from ..errors import Problem, SourceError
from ..settings import SETTINGS_FILE
from ..textfile import read_text
from .frontmatter import says_draft
from .walking import SKIPPED_FOLDERS, THEME, walk

Kind = Literal["page", "asset", "private", "draft"]

ASSETS = "_liveguide"
"""The folder of the site in which our own files stand."""

FEATURES_FILE = "features.yaml"
"""The file at the top of a guide that lists what it shows; see `features.py`."""

INDEX_NAMES = ("README.md", "index.md")
"""What the page of a folder is called."""

_PRIVATE_NAMES = {"gramex.yaml", SETTINGS_FILE}
_PRIVATE_SUFFIXES = {".py", ".pyc", ".pyi", ".pyo", ".pyw"}
_FRONT_MATTER = 2048  # bytes, in which it usually has its end
_LEFT_BY_EDITORS = (".bak", ".orig", ".swp", "~")


@dataclass(frozen=True)
class SourceFile:
    """
    One file of the guide.

    Attributes:

        uri: Its path relative to the guide folder, with forward slashes.

        path: Where it is on disk.

        kind: A `page` is rendered, an `asset` is copied, a `private` file is
            published only as a source view that some page asks for, a `draft` not at all.

        output: Its path in the site, with forward slashes; empty for private files and drafts.

        draft: Whether it is a draft that is a `page` here, because its author looks at it.
    """

    uri: str
    path: Path = field(compare=False)  # the uri tells it
    kind: Kind
    output: str
    draft: bool = False

    @cached_property
    def identity(self) -> str:
        """A text that is the same for what the site takes for the same."""
        return f"{self.uri}\n{self.kind}\n{self.output}\n{self.draft}"

    @property
    def folder(self) -> str:
        """The folder it stands in, relative to the guide; empty at the top."""
        return posixpath.dirname(self.uri)

    @property
    def url(self) -> str:
        """Its address relative to the site's root, percent-encoded; empty for the home page."""
        return url_of(self.output)

    @property
    def is_index(self) -> bool:
        """Whether it is the page of a whole folder."""
        return self.kind == "page" and posixpath.basename(self.output) == "index.html"


@dataclass
class Sources:
    """
    Every file of a guide.

    Attributes:

        files: The files by their uri.

        outputs: Pages and assets by their path in the site.

        folders: Every folder that holds a file, relative to the guide; the top is empty.
    """

    files: dict[str, SourceFile] = field(default_factory=dict)
    outputs: dict[str, SourceFile] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)

    @property
    def pages(self) -> list[SourceFile]:
        """The pages, in the order of their addresses."""
        return sorted((f for f in self.files.values() if f.kind == "page"), key=lambda f: f.uri)

    def names_from(self, folder: str) -> list[str]:
        """Return what every file is called as seen from *folder*, for suggestions."""
        return [posixpath.relpath(uri, folder or ".") for uri in self.files]

    def is_draft(self, uri: str) -> bool:
        """Return whether there is a page at *uri* that is left out as a draft."""
        file = self.files.get(uri)
        return file is not None and file.kind == "draft"

    @property
    def assets(self) -> list[SourceFile]:
        """The files to copy, in the order of their uris."""
        return sorted((f for f in self.files.values() if f.kind == "asset"), key=lambda f: f.uri)


@lru_cache(maxsize=65536)
def url_of(output: str) -> str:
    """Return the address, relative to the site's root, of a path in the site."""
    if posixpath.basename(output) == "index.html":
        output = output[: -len("index.html")]
    return quote(output)


def relative_url(target: str, start: str) -> str:
    """
    Return the address of *target* as written on the page *start*.

    Args:

        target: An address relative to the site's root, as `url_of` makes it.

        start: The address of the page that links there.
    """
    folder = start[: start.rfind("/") + 1]
    if target == start and not target.endswith("/") and target:
        return target[len(folder) :]
    here, there = folder.split("/")[:-1], target.split("/")
    shared = 0
    while shared < len(here) and shared < len(there) - 1 and here[shared] == there[shared]:
        shared += 1
    relative = "../" * (len(here) - shared) + "/".join(there[shared:])
    if not relative:
        return "./"
    # A first segment with a colon would read as a scheme.
    return "./" + relative if ":" in relative.split("/", 1)[0] else relative


def output_of(uri: str) -> tuple[Kind, str]:
    """Return what becomes of the file at *uri*, and its path in the site."""
    folder, name = posixpath.split(uri)
    if name in INDEX_NAMES:
        return "page", posixpath.join(folder, "index.html")
    stem, suffix = posixpath.splitext(name)
    if suffix == ".md":
        return "page", posixpath.join(folder, stem + ".html")
    if _is_private(name) or _yaml_name(uri) == FEATURES_FILE:
        return "private", ""
    return "asset", uri


def _is_private(name: str) -> bool:
    """Say whether a file of this name is never copied, in whichever case it is written."""
    name = name.casefold()
    return (
        _yaml_name(name) in _PRIVATE_NAMES
        or posixpath.splitext(name)[1] in _PRIVATE_SUFFIXES
        or name.endswith(_LEFT_BY_EDITORS)
        or (name.startswith("#") and name.endswith("#"))
    )


def _yaml_name(name: str) -> str:
    """Return a name as it is read: in lower case, and with `.yaml` for `.yml`."""
    name = name.casefold()
    return f"{name[: -len('.yml')]}.yaml" if name.endswith(".yml") else name


def source_view_of(uri: str) -> tuple[str, str]:
    """Return the paths in the site of a file's source view and of its raw text."""
    folder = uri + ".source"
    return f"{folder}/index.html", f"{folder}/{posixpath.basename(uri)}.txt"


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
        draft = is_text and is_draft(path)
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
    read = _yaml_name(name)
    if read != name and (read in _PRIVATE_NAMES or _yaml_name(uri) == FEATURES_FILE):
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


def is_draft(path: Path) -> bool:
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
