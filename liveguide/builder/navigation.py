"""
The navigation: the tree of folders and pages, and the part of it that each page shows.

It follows the folders, or the setting `navigation`. A small tree is written out on every page;
of a large one a page shows the top, and below it only the way to itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from ..errors import Problem, did_you_mean
from ..settings import SETTINGS_FILE, Entry, Settings, line_in_settings
from .languages import folder_of
from .pages import label_of
from .rendered import KnownPage
from .sources import Sources, relative_url

FindIcon = Callable[[KnownPage, str], str | None]
"""Takes a page and the address of the page that links to it; returns the address of its icon."""

LARGEST_WHOLE = 60
"""How many entries a tree may have to be written out on every page."""


@dataclass
class Branch:
    """
    A page or a section of the navigation.

    Attributes:

        name: What tells it from others: the path of its page or folder, or of its headings.

        label: What it says.

        page: Its page, or `None`.

        branches: What stands below it, in order.
    """

    name: str
    label: str
    page: KnownPage | None = None
    branches: list[Branch] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[Branch, ...]]:
        """Yield the way to each branch, this one first, in reading order."""
        yield (self,)
        for branch in self.branches:
            for way in branch.walk():
                yield (self, *way)

    def all_pages(self) -> list[KnownPage]:
        """Return every page in and below it, each once, in reading order."""
        pages = {way[-1].page.file.uri: way[-1].page for way in self.walk() if way[-1].page}
        return list(pages.values())


@dataclass
class NavNode:
    """
    One entry of the navigation.

    Attributes:

        name: What tells it from others, to remember whether it is folded.

        label: What it says.

        href: The address it leads to; for a section without a page, its first page, or empty
            where that page is shown below it.

        icon: The address of its icon, or `None`.

        active: Whether the page that is open is this one or below it.

        children: The entries below it.
    """

    name: str
    label: str
    href: str
    icon: str | None
    active: bool
    children: list[NavNode] = field(default_factory=list)

    def rooted(self) -> NavNode:
        """Return it for a page that is served at any depth, with addresses from the top."""
        children = [child.rooted() for child in self.children]
        icon = _rooted(self.icon) if self.icon else None
        return replace(self, href=_rooted(self.href), icon=icon, children=children)


def navigation_trees(pages: list[KnownPage], settings: Settings) -> dict[str, Branch]:
    """Return the tree of each language, by its folder; the site's own has an empty name."""
    trees = {}
    for folder in ("", *settings.languages):
        own = [page for page in pages if folder_of(page.file.uri, settings) == folder]
        tree = _folders(own, folder)
        if settings.navigation and not folder:
            tree = Branch("", tree.label, tree.page, _entries(settings.navigation, own, tree, ""))
        elif tree.page and tree.page.front_matter.values.get("nav") is not False:
            tree.branches.insert(0, Branch(tree.page.file.uri, label_of(tree.page), tree.page))
        trees[folder] = tree
    return trees


def check_navigation(settings: Settings, sources: Sources, guide: str) -> list[Problem]:
    """Return a problem for each entry of the settings' lists that leads nowhere."""
    path = posixpath.join(guide, SETTINGS_FILE)
    problems = [
        Problem(
            path,
            line_in_settings(Path(guide), "languages", folder),
            f"the languages name {folder!r}, and there is no folder {folder}/; "
            "make it with a README.md, or take the language out",
        )
        for folder in settings.languages
        if folder not in sources.folders
    ]
    problems += [
        Problem(
            path,
            line_in_settings(Path(guide), "include", folder),
            f"there is no folder {folder}; paths count from {guide}/",
            "warning",
        )
        for folder in settings.include
        if not Path(guide, folder).is_dir()
    ]
    waiting = list(settings.navigation)
    pages = {page.uri for page in sources.pages}
    sections = {page.folder + "/" for page in sources.pages if page.folder}
    for entry in waiting:
        waiting += entry.entries
        uri = posixpath.normpath(entry.path.strip("/"))
        file = sources.files.get(uri)
        if not entry.path or uri in pages or f"{uri}/" in sections or _is_top(uri):
            continue
        if file is not None and file.kind == "draft":
            continue  # it comes when it is no draft any more
        message = f"the navigation names {entry.path!r}, and there is no such page"
        message += did_you_mean(entry.path, [*sorted(pages), *sorted(sections)])
        problems.append(Problem(path, entry.line, message))
    return problems


def navigation_for(
    tree: Branch, url: str, way: tuple[Branch, ...], find_icon: FindIcon
) -> list[NavNode]:
    """
    Return the navigation as one page shows it.

    Args:

        tree: The tree of the page's language.

        url: The page's address.

        way: The branches down to it; empty for a page that is in no navigation.

        find_icon: Finds the icon of a page.
    """
    open_ = {id(branch) for branch in way}
    is_whole = sum(1 for _ in islice(tree.walk(), LARGEST_WHOLE + 1)) <= LARGEST_WHOLE

    def node(branch: Branch) -> NavNode:
        active = id(branch) in open_
        below = [node(b) for b in branch.branches] if active or is_whole else []
        page = branch.page
        if page is None and not below:
            page = next(iter(branch.all_pages()), None)
        href = relative_url(page.file.url, url) if page else ""
        icon = find_icon(branch.page, url) if branch.page else None
        return NavNode(branch.name, branch.label, href, icon, active, below)

    return [node(branch) for branch in tree.branches]


def _folders(pages: list[KnownPage], top: str) -> Branch:
    """Return the tree of the folders below *top*."""
    branches = {top: Branch(top, posixpath.basename(top))}

    def branch_of(folder: str) -> Branch:
        if folder not in branches:
            branches[folder] = Branch(folder, posixpath.basename(folder))
            branch_of(posixpath.dirname(folder)).branches.append(branches[folder])
        return branches[folder]

    for page in pages:
        branch = branch_of(page.file.folder)
        if page.file.is_index:
            branch.page, branch.label = page, label_of(page)
        elif _is_shown(page):
            branch.branches.append(Branch(page.file.uri, label_of(page), page))
    for branch in branches.values():
        branch.branches = sorted(filter(_is_worth_it, branch.branches), key=_sort_key)
    return branches[top]


def _entries(
    entries: tuple[Entry, ...], pages: list[KnownPage], tree: Branch, above: str
) -> list[Branch]:
    """Return the branches that the setting `navigation` names."""
    by_uri = {page.file.uri: page for page in pages}
    folders = {way[-1].name: way[-1] for way in tree.walk()}
    branches = []
    for entry in entries:
        if entry.entries:
            name = f"{above}{entry.label}/"
            below = _entries(entry.entries, pages, tree, name)
            branches.append(Branch(name, entry.label, None, below))
            continue
        uri = posixpath.normpath(entry.path.strip("/"))
        page = by_uri.get(uri)
        if page is None and _is_top(uri) and tree.page:
            page = tree.page
        folder = folders.get(page.file.folder if page and page.file.is_index else uri)
        if page is not None and (not page.file.is_index or not page.file.folder):
            branches.append(Branch(page.file.uri, entry.label or label_of(page), page))
        elif folder is not None and folder.name:
            label = entry.label or folder.label
            branches.append(Branch(folder.name, label, folder.page, folder.branches))
    return branches


def _rooted(address: str) -> str:
    return address if not address or "://" in address else "/" + address.removeprefix("./")


def _is_top(uri: str) -> bool:
    return uri in (".", "README.md", "index.md")


def _is_shown(page: KnownPage) -> bool:
    return page.front_matter.values.get("nav") is not False


def _is_worth_it(branch: Branch) -> bool:
    """Return whether a branch leads anywhere: a folder whose pages are all hidden does not."""
    return _is_shown(branch.page) if branch.page else bool(branch.branches)


def _sort_key(branch: Branch) -> tuple[float, str, str]:
    order = branch.page.front_matter.values.get("order") if branch.page else None
    return float("inf") if order is None else order, branch.label.casefold(), branch.name
