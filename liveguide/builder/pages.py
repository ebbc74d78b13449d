"""What the page template may rely on."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any

from .rendering import ContentsEntry, RenderedPage
from .sources import relative_url


@dataclass(frozen=True)
class PageLink:
    """A link to another page: its label and its address."""

    label: str
    href: str


@dataclass(frozen=True)
class Page:
    """
    One page, as its template sees it.

    Attributes:

        title: The page's title.

        label: What navigation calls it: `prefix` in the front matter, or the title.

        icon: The address of its icon, or `None`.

        description: `desc` in the front matter: the lead, and the meta description.

        author: `by` in the front matter.

        kind: `type` in the front matter, shown as a badge.

        meta: Every key of the front matter, for templates of an author's own.

        content: The page's HTML.

        has_heading: Whether the content begins with its own heading of level 1.

        snippets: The number of its runnable snippets.

        stated: The number of those whose author states what they must log.

        contents: The headings, nested; empty unless the page has `[TOC]`.

        previous: The page before it in the navigation, or `None`.

        next: The page after it, or `None`.
    """

    title: str
    label: str
    icon: str | None
    description: str
    author: str
    kind: str
    meta: dict[str, Any]
    content: str
    has_heading: bool
    snippets: int = 0
    stated: int = 0
    contents: list[ContentsEntry] = field(default_factory=list)
    previous: PageLink | None = None
    next: PageLink | None = None


def home_page(title: str, links: list[PageLink]) -> Page:
    """Return the home page of a guide that has none: its name, and what its navigation shows."""
    items = "".join(
        f'<li><a href="{escape(link.href)}">{escape(link.label)}</a></li>' for link in links
    )
    return Page(title, title, None, "", "", "", {}, f"<ul>{items}</ul>", has_heading=False)


def label_of(rendered: RenderedPage) -> str:
    """Return what navigation calls a page."""
    return rendered.front_matter.text("prefix") or rendered.title


def page_for(
    rendered: RenderedPage, content: str, icon: str | None, around: list[RenderedPage | None]
) -> Page:
    """
    Return the page of a rendered source.

    Args:

        rendered: The rendered source.

        content: Its HTML, with all that could be filled in only when every page was rendered.

        icon: The address of its icon.

        around: The pages before and after it.
    """
    front_matter = rendered.front_matter
    previous, following = (
        PageLink(label_of(other), relative_url(other.file.url, rendered.file.url))
        if other
        else None
        for other in around
    )
    return Page(
        title=rendered.title,
        label=label_of(rendered),
        icon=icon,
        description=front_matter.text("desc"),
        author=front_matter.text("by"),
        kind=front_matter.text("type"),
        meta=front_matter.values,
        content=content,
        has_heading=rendered.opens_with_heading,
        snippets=len(rendered.snippets),
        stated=sum(snippet.stated for snippet in rendered.snippets),
        contents=rendered.contents,
        previous=previous,
        next=following,
    )
