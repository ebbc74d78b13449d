"""
The `::: example` block: a card that leads to a demo and to the source it runs.

    ::: example href=messages.html source=messages.py target=_blank
        Messages example

`href` is the demo, here or elsewhere. `source` names local files, which get
highlighted source pages, or addresses. `target` is where the link opens.
`windows` is how many frames show the demo side by side, and `expect` a text
that must appear in it. `feature` is what the demo shows, as `features.yaml`
has it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..links import RESOLVED, Target, find_target
from ..qr import qr_code
from ..sources import relative_url, source_view_of, url_of
from .page import Block, PageState

_CUT = "\x02label\x03"
_MOST_WINDOWS = 4


class Source(NamedTuple):
    """A file or an address that a demo is made of: what the link to it says, and leads to."""

    label: str
    href: str


class Phone(NamedTuple):
    """A demo's public address, and the picture of it that a phone can read."""

    href: str
    image: str


@dataclass(frozen=True)
class Example:
    """
    What the example's template may rely on.

    Attributes:

        label: Where the label goes.

        title: The label as plain text.

        href: The address of the demo.

        line: The line of the page on which the block opens.

        target: The link's target, or `None`.

        sources: The files that the demo is made of.

        embeddable: Whether the demo can be shown in the page: it is this site's own.

        windows: The titles of the frames that show it.

        expect: A text that must appear in the demo, or `None`.

        phone: How to open it on a phone, where the site's public address is known.

        id: Of a card that shows features, the id of its element.

        features: The ids of those features, with spaces between.
    """

    label: str
    title: str
    href: str
    line: int
    target: str | None
    embeddable: bool
    sources: list[Source] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    expect: str | None = None
    phone: Phone | None = None
    id: str = ""
    features: str = ""


RenderTemplate = Callable[[Example], str]


def render_example(block: Block, page: PageState, template: RenderTemplate) -> tuple[str, str]:
    """Return the HTML of an example card before and after its label."""
    page.examples += 1
    written = (block.attributes.get("source") or "").replace(",", " ").split()
    for key, address in [("href", block.attributes["href"] or "")] + [
        ("source", w) for w in written
    ]:
        try:
            urlsplit(address)
        except ValueError as error:
            page.report(block.line, f"the example's {key}={address!r} is broken: {error}")
            return "", ""
    if block.attributes.get("expect") == "":
        page.report(block.line, 'expect= states no text; write expect="what must appear"')
    href = block.attributes["href"] or ""
    local = _is_local(href)
    demo = _resolved(href, "href", block, page) if local else href
    title = _plain(block.lines) or href
    shown = _shown(title, href if local else None, block, page)
    example = Example(
        label=_CUT,
        title=title,
        href=demo,
        line=block.line,
        target=block.attributes.get("target"),
        embeddable=local,
        sources=list(_sources(written, block, page)),
        windows=_windows(title, block, page),
        expect=block.attributes.get("expect"),
        phone=_phone(href, block, page) if local else None,
        id=shown.get("id", ""),
        features=shown.get("data-features", ""),
    )
    before, _, after = template(example).partition(_CUT)
    if not any(line.strip() for line in block.lines):
        block.lines.append(href)
    return before.strip(), after.strip()  # raw HTML that begins with a tag stands in no paragraph


def _shown(title: str, href: str | None, block: Block, page: PageState) -> dict[str, str]:
    """Note what a card shows; return the attributes of its element."""
    if "feature" not in block.attributes:
        return {}
    features = page.known_features(block.attributes["feature"], block.line)
    if href is None:
        message = "feature= is for a demo of this site, which can be tried; remove it"
        page.report(block.line, message)
        return {}
    target = find_target(unquote(urlsplit(href).path), page.folder, page.sources)
    if isinstance(target, str):  # reported with the link itself
        return {}
    return page.show("example", title, features, url_of(target.output))


def _sources(written: list[str], block: Block, page: PageState) -> Iterator[Source]:
    for source in written:
        label = posixpath.basename(urlsplit(source).path.rstrip("/")) or source
        href = _source_view(source, block, page) if _is_local(source) else source
        if href is not None:
            yield Source(label.removesuffix(".source"), href)


def _windows(title: str, block: Block, page: PageState) -> list[str]:
    """Return the title of each frame."""
    written = block.attributes.get("windows", "1") or ""
    count = int(written) if written.isascii() and written.isdigit() and len(written) < 3 else 0
    if not 1 <= count <= _MOST_WINDOWS:
        message = f"windows={written!r} is not a number from 1 to {_MOST_WINDOWS}"
        page.report(block.line, f"{message}; write windows=2")
        count = 1
    if count == 1:
        return [title]
    return [f"{title}, window {number} of {count}" for number in range(1, count + 1)]


def _phone(href: str, block: Block, page: PageState) -> Phone | None:
    """Return the demo's public address and the QR code of it."""
    target = find_target(unquote(urlsplit(href).path), page.folder, page.sources)
    if not page.site_url or isinstance(target, str):
        return None
    public = page.site_url + url_of(target.output) + href[len(urlsplit(href).path) :]
    try:
        code = qr_code(public)
    except ValueError:
        message = f"a QR code can't hold the {len(public):,} characters of the demo's address"
        page.report(block.line, f"{message}; shorten href=", "warning")
        return None
    page.images[code.output] = code.svg
    return Phone(public, RESOLVED + relative_url(url_of(code.output), page.url))


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def _resolved(address: str, key: str, block: Block, page: PageState) -> str:
    parts = urlsplit(address)
    target = find_target(unquote(parts.path), page.folder, page.sources)
    if isinstance(target, str):
        page.report(block.line, f"the example's {key}={address!r} is broken: {target}", "warning")
        return RESOLVED + address
    if target.source_uri is not None:
        page.source_views.add(target.source_uri)
    return RESOLVED + _from(target, page) + address[len(parts.path) :]


def _source_view(source: str, block: Block, page: PageState) -> str | None:
    path = unquote(urlsplit(source).path).removesuffix(".source")
    uri = posixpath.normpath(posixpath.join(page.folder, path)).lstrip("/")
    if uri not in page.sources.files:
        target = find_target(path, page.folder, page.sources)
        reason = target if isinstance(target, str) else "it is no file"
        page.report(block.line, f"the example's source={source!r} is broken: {reason}", "warning")
        return None
    page.source_views.add(uri)
    return RESOLVED + _from(Target(source_view_of(uri)[0]), page)


def _from(target: Target, page: PageState) -> str:
    return relative_url(url_of(target.output), page.url)


def _plain(lines: list[str]) -> str:
    """Return the first line of a label without its markup."""
    first = next((line.strip() for line in lines if line.strip()), "")
    first = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", first)
    return re.sub(r"[*_`#]|<[^>]*>", "", first).strip()
