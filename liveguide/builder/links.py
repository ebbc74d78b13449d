"""
Rewrite the local links of a page for the site, and note each for checking.

A link may lead to a page (`intro.md`), a heading (`intro.md#why`), a folder
with a page (`../function/`), an asset, or the source view of any file
(`pingbot.py.source`). Addresses that begin with `/` count from the guide's
top. Every address that is written out is relative, so the site works below any
path of any host.

Works on the finished HTML, so that raw HTML has its links checked as well; not
as one of Markdown's postprocessors, which the `toc` extension runs once more
on the contents alone.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..errors import did_you_mean
from .extensions.page import PageState
from .markup import Attributes, candidates, visit
from .picture_sizes import size_of
from .policy import Embedded
from .sources import INDEX_NAMES, Sources, relative_url, source_view_of, url_of

RESOLVED = "resolved:"
"""What an address begins with that an extension has made for the site itself."""

_DRAFT = "this page is a draft; take 'draft: true' out of it, or build with --drafts"
_LEFT_OUT = "leads to a draft, which is left out of the site until its 'draft: true' is gone"
_TOP = "top"  # every page has it: HTML Standard, "find a potential indicated element"

_URL_ATTRIBUTES = {
    "a": ("href",),
    "area": ("href",),
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src",),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}


class Anchor(NamedTuple):
    """A link to a heading or another id: whose existence is known once every page is rendered."""

    output: str
    id: str
    line: int | None
    written: str


@dataclass
class PageLinks:
    """
    What the finished HTML of a page holds.

    Attributes:

        ids: Every id on the page.

        anchors: The links that name an id of another page, or one that this page lacks.

        embedded: What the page's policy must allow.
    """

    ids: set[str] = field(default_factory=set)
    anchors: list[Anchor] = field(default_factory=list)
    embedded: Embedded = field(default_factory=Embedded)


class Target(NamedTuple):
    """Where a local address leads: a path in the site, and the uri whose source it shows."""

    output: str
    source_uri: str | None = None


def find_target(path: str, folder: str, sources: Sources) -> Target | str:
    """
    Find what a local path leads to.

    Args:

        path: The path as written, decoded, without query and fragment.

        folder: The folder of the page that it stands on, relative to the guide.

        sources: Every file of the guide.

    Returns:

        The target, or the reason why there is none, with the likely fix.
    """
    base = "" if path.startswith("/") else folder
    uri = posixpath.normpath(posixpath.join(base, path.lstrip("/")))
    uri = "" if uri == "." else uri
    if uri == ".." or uri.startswith("../"):
        return "it leads out of the guide folder"
    file = sources.files.get(uri)
    if sources.is_draft(uri):
        return _DRAFT
    if file is not None and file.kind != "private":
        return Target(file.output)
    if file is not None:
        return f"this file is not published; link to {path}.source to show its source"
    if uri.endswith(".source") and uri.removesuffix(".source") in sources.files:
        source = uri.removesuffix(".source")
        return Target(source_view_of(source)[0], source)
    if uri in sources.outputs:
        return Target(uri)
    index = posixpath.join(uri, "index.html")
    if index in sources.outputs:
        return Target(index)
    if any(sources.is_draft(posixpath.join(uri, name)) for name in INDEX_NAMES):
        return _DRAFT
    if not uri:
        return Target("index.html")  # where a guide has no home page, the build makes one
    if uri in sources.folders:
        return "this folder has no page; give it a README.md"
    names = sources.names_from(base)
    possible = [*names, *(f"{name}.source" for name in names)]
    folders = [posixpath.split(name) for name in names if posixpath.basename(name) in INDEX_NAMES]
    aliases = {f"{of}.md": posixpath.join(of, name) for of, name in folders if of}
    return f"there is no such file{did_you_mean(path, possible, aliases)}"


def rewrite_links(html: str, page: PageState) -> tuple[str, PageLinks]:
    """Return a page's finished HTML as the site shows it, and what was found on the way."""
    found, lines = PageLinks(), LineFinder(page)
    own_anchors: list[tuple[str, str]] = []
    pictures = _Pictures(page, lines)

    def visit_tag(name: str, attributes: Attributes) -> bool:
        if attributes.get("id"):
            found.ids.add(attributes["id"] or "")
        if name == "a" and attributes.get("name"):
            found.ids.add(attributes["name"] or "")
        changed = found.embedded.move_style(attributes)
        found.embedded.visit_tag(name, attributes)
        if name == "img":
            changed = pictures.complete(attributes) or changed
        if name in ("img", "source") and attributes.get("srcset"):
            attributes["srcset"] = rewritten_set(attributes["srcset"] or "")
            changed = True
        for key in _URL_ATTRIBUTES.get(name, ()):
            address = attributes.get(key)
            if address is not None:
                attributes[key] = rewritten(address)
                changed = changed or attributes[key] != address
        return changed

    def rewritten(address: str) -> str:
        if address.startswith(RESOLVED):
            return address.removeprefix(RESOLVED)
        written = address.strip()
        try:
            parts = urlsplit(written)
        except ValueError as error:
            page.report(lines.find(written), f"the link {written!r} is broken: {error}", "warning")
            return address
        if parts.scheme or parts.netloc:
            return address
        fragment = unquote(parts.fragment)
        if not parts.path:
            if fragment and not parts.query:
                own_anchors.append((fragment, written))
            return address
        target = find_target(unquote(parts.path), page.folder, page.sources)
        if isinstance(target, str):
            page.report(lines.find(written), f"the link {written!r} is broken: {target}", "warning")
            return address
        file = page.sources.outputs.get(target.output)
        if file is not None and file.draft and not page.sources.files[page.uri].draft:
            page.report(lines.find(written), f"the link {written!r} {_LEFT_OUT}", "warning")
        if target.source_uri is not None:
            page.source_views.add(target.source_uri)
        elif fragment and fragment != _TOP:
            line = lines.find(written)
            found.anchors.append(Anchor(target.output, fragment, line, written))
        query = f"?{parts.query}" if parts.query else ""
        hash_ = f"#{parts.fragment}" if parts.fragment else ""
        return relative_url(url_of(target.output), page.url) + query + hash_

    def rewritten_set(written: str) -> str:
        try:
            return ", ".join(rewritten(address) + size for address, size in candidates(written))
        except ValueError:
            fix = 'write srcset="small.png 480w, large.png 960w"'
            message = f"the srcset {written!r} can't be read; {fix}"
            page.report(lines.find(written), message, "warning")
            return written

    html = visit(html, visit_tag, found.embedded.visit_text)
    for fragment, written in own_anchors:
        if fragment not in found.ids and fragment != _TOP:
            anchor = Anchor(page.output, fragment, lines.find(written), written)
            found.anchors.append(anchor)
    return html, found


class _Pictures:
    """Gives the pictures of a page what they lack."""

    def __init__(self, page: PageState, lines: LineFinder):
        self._page = page
        self._lines = lines
        self._count = 0

    def complete(self, attributes: Attributes) -> bool:
        """Add to the attributes of an `img`; return whether there was something to add."""
        before = dict(attributes)
        written = attributes.get("src") or ""
        if attributes.get("alt") is None and attributes.get("role") not in ("presentation", "none"):
            message = f"the picture {written!r} says nothing to who can't see it; write "
            message += f"![What it shows]({written}), or {{ role=presentation }} if it decorates"
            line = self._lines.find(f"![]({written}") or self._lines.find(written)
            self._page.report(line, message, "warning")
        attributes.setdefault("alt", "")
        self._count += 1
        if self._count > 1:  # the first may be what a reader sees at first
            attributes.setdefault("loading", "lazy")
        attributes.setdefault("decoding", "async")
        self._add_size(attributes, written)
        return attributes != before

    def _add_size(self, attributes: Attributes, written: str) -> None:
        width, height = attributes.get("width"), attributes.get("height")
        if height or (width and not width.isdecimal()) or written.startswith(RESOLVED):
            return
        try:
            parts = urlsplit(written)
        except ValueError:  # reported with the link itself
            return
        if parts.scheme or parts.netloc or not parts.path:
            return
        target = find_target(unquote(parts.path), self._page.folder, self._page.sources)
        file = None if isinstance(target, str) else self._page.sources.outputs.get(target.output)
        size = size_of(file.path) if file is not None else None
        if size is not None:
            shown = int(width or size[0])
            attributes["width"] = str(shown)
            attributes["height"] = str(max(1, round(shown * size[1] / size[0])))


class LineFinder:
    """Finds the line on which an address was written: Markdown itself forgets it."""

    def __init__(self, page: PageState):
        self._page = page
        self._places: dict[str, list[int]] = {}

    def find(self, address: str) -> int | None:
        """Return the line of the next occurrence of *address*, or of its last one."""
        body = self._page.body
        places = self._places.get(address)
        if places is None:
            pattern = rf"(?<![\w./#-]){re.escape(address)}(?![\w/#.-]*[\w/#-])"
            places = [match.start() for match in re.finditer(pattern, body)][::-1]
            self._places[address] = places
        if not places:
            return None
        start = places.pop() if len(places) > 1 else places[0]
        return self._page.line_at(start)
