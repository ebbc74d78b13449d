"""
The navigation: the tree of folders and pages, and the part of it that each page shows.

A page shows the top of the tree, and below it only the way to itself, so that
the navigation of a large guide is not written out in full on every page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .pages import label_of
from .rendering import RenderedPage
from .sources import relative_url

FindIcon = Callable[[RenderedPage, str], str | None]
"""Takes a page and the address of the page that links to it; returns the address of its icon."""


@dataclass
class Section:
    """
    A folder of the guide.

    Attributes:

        name: The folder's own name; empty at the top.

        index: The folder's page, or `None`.

        pages: Its other pages, in order.

        sections: The folders in it, in order.
    """

    name: str
    index: RenderedPage | None = None
    pages: list[RenderedPage] = field(default_factory=list)
    sections: dict[str, Section] = field(default_factory=dict)

    def members(self) -> list[RenderedPage | Section]:
        """Return pages and folders together, by `order` in their front matter, then by label."""
        return sorted([*self.pages, *self.sections.values()], key=_sort_key)

    def all_pages(self) -> list[RenderedPage]:
        """Return every page in and below the folder, in reading order."""
        pages = [self.index] if self.index else []
        for member in self.members():
            pages += member.all_pages() if isinstance(member, Section) else [member]
        return pages


@dataclass
class NavNode:
    """
    One entry of the navigation.

    Attributes:

        label: What it says.

        href: The address it leads to; for a folder without a page, its first page.

        icon: The address of its icon, or `None`.

        current: Whether it is the page that is open.

        active: Whether the page that is open is this one or below it.

        children: The entries below it.
    """

    label: str
    href: str
    icon: str | None
    current: bool
    active: bool
    children: list[NavNode] = field(default_factory=list)


def section_tree(pages: list[RenderedPage]) -> Section:
    """Return the tree of all pages."""
    top = Section("")
    for page in pages:
        section = top
        for name in filter(None, page.file.folder.split("/")):
            section = section.sections.setdefault(name, Section(name))
        if page.file.is_index:
            section.index = page
        else:
            section.pages.append(page)
    return top


def navigation_for(url: str, folder: str, top: Section, find_icon: FindIcon) -> list[NavNode]:
    """
    Return the navigation as one page shows it.

    Args:

        url: The page's address.

        folder: The folder that it stands in.

        top: The tree of all pages.

        find_icon: Finds the icon of a page.
    """

    def page_node(page: RenderedPage) -> NavNode:
        here = page.file.url == url
        href = relative_url(page.file.url, url)
        return NavNode(label_of(page), href, find_icon(page, url), here, here)

    def section_node(section: Section, way: list[str]) -> NavNode:
        if section.index:
            node = page_node(section.index)
        else:
            first = relative_url(section.all_pages()[0].file.url, url)
            node = NavNode(section.name, first, None, False, False)
        if way and way[0] == section.name:
            node.active = True
            node.children = children(section, way[1:])
        return node

    def children(section: Section, way: list[str]) -> list[NavNode]:
        return [
            section_node(member, way) if isinstance(member, Section) else page_node(member)
            for member in section.members()
        ]

    nodes = [page_node(top.index)] if top.index else []
    return nodes + children(top, [name for name in folder.split("/") if name])


def _sort_key(member: RenderedPage | Section) -> tuple[float, str, str]:
    page = member.index if isinstance(member, Section) else member
    if page is None:
        assert isinstance(member, Section)
        return float("inf"), member.name.casefold(), member.name
    order = page.front_matter.values.get("order")
    label = label_of(page)
    return float("inf") if order is None else order, label.casefold(), page.file.uri
