"""
The `::: example` block: a card that leads to a demo and to the source it runs.

    ::: example href=messages.html source=messages.py target=_blank
        Messages example

`href` is the demo, here or elsewhere. `source` is a local file, which gets a
highlighted source page, or an address. `target` is where the link opens.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..links import RESOLVED, Target, find_target
from ..sources import relative_url, source_view_of, url_of
from .page import Block, PageState

_CUT = "\x02label\x03"


@dataclass(frozen=True)
class Example:
    """
    What the example's template may rely on.

    Attributes:

        label: Where the label goes.

        title: The label as plain text.

        href: The address of the demo.

        frame_href: The same, for the frame in the page.

        target: The link's target, or `None`.

        source_href: The address of the source, or `None`.

        source_label: What the link to the source says.

        embeddable: Whether the demo can be shown in the page: it is this site's own.
    """

    label: str
    title: str
    href: str
    frame_href: str
    target: str | None
    source_href: str | None
    source_label: str
    embeddable: bool


RenderTemplate = Callable[[Example], str]


def render_example(block: Block, page: PageState, template: RenderTemplate) -> tuple[str, str]:
    """Return the HTML of an example card before and after its label."""
    page.examples += 1
    for key in ("href", "source"):
        try:
            urlsplit(block.attributes.get(key) or "")
        except ValueError as error:
            address = block.attributes[key]
            page.report(block.line, f"the example's {key}={address!r} is broken: {error}")
            return "", ""
    href = block.attributes["href"] or ""
    source = block.attributes.get("source")
    local = _is_local(href)
    demo = _resolved(href, "href", block, page) if local else href
    source_href, source_label = None, ""
    if source is not None:
        source_label = posixpath.basename(urlsplit(source).path.rstrip("/")) or source
        source_href = _source_view(source, block, page) if _is_local(source) else source
    example = Example(
        label=_CUT,
        title=_plain(block.lines) or href,
        href=demo,
        frame_href=demo,
        target=block.attributes.get("target"),
        source_href=source_href,
        source_label=source_label,
        embeddable=local,
    )
    before, _, after = template(example).partition(_CUT)
    if not any(line.strip() for line in block.lines):
        block.lines.append(href)
    return before.strip(), after.strip()  # raw HTML that begins with a tag stands in no paragraph


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
