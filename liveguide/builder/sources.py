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

import posixpath
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from ..settings import SETTINGS_FILE

Kind = Literal["page", "asset", "private", "draft"]

ASSETS = "_liveguide"
"""The folder of the site in which our own files stand."""

FEATURES_FILE = "features.yaml"
"""The file at the top of a guide that lists what it shows; see `features.py`."""

INDEX_NAMES = ("README.md", "index.md")
"""What the page of a folder is called."""

PRIVATE_NAMES = {"gramex.yaml", SETTINGS_FILE}
"""Files that are read, in whatever folder or at the top, and never copied."""

_PRIVATE_SUFFIXES = {".py", ".pyc", ".pyi", ".pyo", ".pyw"}
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
    if _is_private(name) or yaml_name(uri) == FEATURES_FILE:
        return "private", ""
    return "asset", uri


def _is_private(name: str) -> bool:
    """Say whether a file of this name is never copied, in whichever case it is written."""
    name = name.casefold()
    return (
        yaml_name(name) in PRIVATE_NAMES
        or posixpath.splitext(name)[1] in _PRIVATE_SUFFIXES
        or name.endswith(_LEFT_BY_EDITORS)
        or (name.startswith("#") and name.endswith("#"))
    )


def yaml_name(name: str) -> str:
    """Return a name as it is read: in lower case, and with `.yaml` for `.yml`."""
    name = name.casefold()
    return f"{name[: -len('.yml')]}.yaml" if name.endswith(".yml") else name


def source_view_of(uri: str) -> tuple[str, str]:
    """Return the paths in the site of a file's source view and of its raw text."""
    folder = uri + ".source"
    return f"{folder}/index.html", f"{folder}/{posixpath.basename(uri)}.txt"
