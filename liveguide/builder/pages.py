"""What the page template may rely on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, NamedTuple

from .rendered import ContentsEntry, KnownPage, RenderedPage
from .sources import relative_url


class PageLink(NamedTuple):
    """A link to another page: its label and its address."""

    label: str
    href: str


class Translation(NamedTuple):
    """The page in another language, or that language's home page where it has none."""

    language: str
    name: str
    href: str
    is_same_page: bool


@dataclass(frozen=True)
class Page:
    """
    One page, as its template sees it.

    Attributes:

        title: The page's title.

        label: What navigation calls it: `prefix` in the front matter, or the title.

        icon: The address of its icon, or `None`.

        description: `desc` in the front matter: the lead, and the meta description.

        author: `by` in the front matter, or the site's author.

        kind: `type` in the front matter, shown as a badge.

        meta: Every key of the front matter, for templates of an author's own.

        extra: What stands below `extra` in the front matter, for the same.

        content: The page's HTML.

        has_heading: Whether the content begins with its own heading of level 1.

        has_contents: Whether the content has contents of its own, by `[TOC]`.

        is_home: Whether it is the home page, of the site or of a language.

        snippets: The number of its runnable snippets.

        stated: The number of those whose author states what they must log.

        contents: The headings, nested, without that of the page; empty where there are few.

        crumbs: The way to the page, the home page first and the page itself last.

        previous: The page before it in the navigation, or `None`.

        next: The page after it, or `None`.

        edit_href: Where its source can be edited; empty where nobody knows.

        changed: The day of its last change, as `2026-11-21`; empty where git does not know.
    """

    title: str
    label: str
    icon: str | None = None
    description: str = ""
    author: str = ""
    kind: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    content: str = ""
    has_heading: bool = False
    has_contents: bool = False
    is_home: bool = False
    snippets: int = 0
    stated: int = 0
    contents: list[ContentsEntry] = field(default_factory=list)
    crumbs: list[PageLink] = field(default_factory=list)
    previous: PageLink | None = None
    next: PageLink | None = None
    edit_href: str = ""
    changed: str = ""


def home_page(title: str, links: list[PageLink]) -> Page:
    """Return the home page of a guide that has none: its name, and what its navigation shows."""
    items = "".join(
        f'<li><a href="{escape(link.href)}">{escape(link.label)}</a></li>' for link in links
    )
    return Page(title, title, content=f"<ul>{items}</ul>", is_home=True)


def label_of(rendered: KnownPage) -> str:
    """Return what navigation calls a page."""
    return rendered.front_matter.text("prefix") or rendered.title


def link_to(page: KnownPage, url: str) -> PageLink:
    """Return a link to a page, as the page at *url* writes it."""
    return PageLink(label_of(page), relative_url(page.file.url, url))


def page_for(rendered: RenderedPage, content: str, author: str = "", **more: Any) -> Page:
    """
    Return the page of a rendered source.

    Args:

        rendered: The rendered source.

        content: Its HTML, complete.

        author: Who wrote it where it names nobody.

        more: The attributes of the page that its source does not tell.
    """
    front_matter = rendered.front_matter
    return Page(
        title=rendered.title,
        label=label_of(rendered),
        description=front_matter.text("desc"),
        author=front_matter.text("by") or author,
        kind=front_matter.text("type"),
        meta=front_matter.values,
        extra=front_matter.values.get("extra") or {},
        content=content,
        has_heading=rendered.opens_with_heading,
        has_contents=rendered.has_contents,
        snippets=rendered.running,
        stated=rendered.stated,
        contents=_worth_showing(rendered.contents),
        **more,
    )


def _worth_showing(contents: list[ContentsEntry]) -> list[ContentsEntry]:
    """Return the contents below the page's own heading, two levels deep, if there are several."""
    if len(contents) == 1 and contents[0].level == 1:
        contents = contents[0].children
    entries = [
        replace(entry, children=[replace(child, children=[]) for child in entry.children])
        for entry in contents
    ]
    return entries if sum(1 + len(entry.children) for entry in entries) > 1 else []
