"""What a whole site tells machines: the files for it, and what each page's head says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from ...settings import Settings
from ..digests import digest_of
from ..history import History
from ..keeping import markdown_of
from ..languages import name_of
from ..links import find_target
from ..memory import Memory, Part
from ..navigation import Branch
from ..output import write_pieces
from ..pages import PageLink
from ..picture_sizes import size_of
from ..rendered import KnownPage
from ..sources import Sources, relative_url, url_of
from . import feed, llms, robots, sitemap
from .breadcrumbs import breadcrumbs
from .card import Card
from .page_markdown import head, markdown_output, with_links
from .pictures import DEFAULT_ACCENT, FOLDER, write_card, write_icons
from .sharing import SharedImage, Sharing

OWN_ICONS = ("icon.svg", "favicon.ico", "apple-touch-icon.png")
"""The icons that a guide may have at its top, instead of those that the build makes."""

_CARD_SIZE = (1200, 630)


class Publication:
    """
    A site, for machines.

    Args:

        settings: The settings of the site. Without its address, only what needs none is made.

        sources: Every file of the guide; none of them is overwritten.

        pages: The rendered pages.

        trees: The navigation of each language, by its folder; the site's own has an empty name.

        history: What git knows of the guide.

        basis: The hash of what all pages share.

        memory: Has the pages' Markdown.
    """

    def __init__(
        self,
        settings: Settings,
        sources: Sources,
        pages: list[KnownPage],
        trees: dict[str, Branch],
        history: History,
        basis: str,
        memory: Memory,
    ):
        self._url = settings.url
        self._settings = settings
        self._sources = sources
        self._pages = pages
        self._trees = trees
        self._history = history
        self._basis = basis
        self._memory = memory
        self._folder_pages = {page.file.folder: page for page in pages if page.file.is_index}
        home = self._folder_pages.get("")
        self.description = settings.description or (home.summary if home else "")
        self._accent = settings.accent or DEFAULT_ACCENT
        self._author = settings.author or settings.title
        self._feed = self._feed_text()

    @property
    def icons(self) -> list[str]:
        """The icons at the guide's own top; empty where it has none, and the build's are used."""
        return [name for name in OWN_ICONS if name in self._sources.outputs]

    def sharing(
        self, page: KnownPage | None, output: str, crumbs: list[PageLink] | None = None
    ) -> Sharing:
        """
        Return what a page's head says.

        Args:

            page: The page, or `None` for a home page that the build makes.

            output: Its path in the site.

            crumbs: The way to it, itself included.
        """
        here = url_of(output)
        description = page.summary if page else self.description
        to_markdown = ""
        if page and self._has_markdown(page):
            target = url_of(markdown_output(page.file, self._sources))
            to_markdown = relative_url(target, here)
        if not self._url:
            return Sharing(description, markdown=to_markdown)
        return Sharing(
            description,
            self._url + here,
            "article" if here else "website",
            self._image(page),
            self._breadcrumbs(page, crumbs) if page and crumbs else "",
            to_markdown,
            relative_url(feed.OUTPUT, here) if self._feed else "",
        )

    def parts(self, site: Path, work: Path) -> Iterator[Part]:
        """
        Yield every file that belongs to no page.

        Args:

            site: The site that is being written.

            work: The folder beside it, in which pictures are kept for the next build.
        """
        kept = work / FOLDER
        if not self._taken(llms.FULL_OUTPUT):
            basis = digest_of(self._basis, [page.digest for page in self._pages])
            # All pages in one, for machines: to compress it takes as long as twenty pages.
            write = partial(self._write, site, llms.FULL_OUTPUT, self._llms_full)
            yield Part(llms.FULL_OUTPUT, basis, write, is_sent=False)
        files: dict[str, Callable[[], str]] = {llms.OUTPUT: self._llms}
        if self._url:
            files |= {sitemap.OUTPUT: self._sitemap, robots.OUTPUT: self._robots}
        if self._feed:
            files[feed.OUTPUT] = lambda: self._feed
        for output, text in files.items():
            if not self._taken(output):
                write = partial(self._write, site, output, partial(_in_one, text))
                yield Part(output, self._basis, write)
        if self._url:
            shown = [page for page in self._pages if not self._own_image(page)]
            home = [] if "" in self._folder_pages else [None]
            cards = {card.output: card for card in map(self._card, [*shown, *home])}
            for output, card in cards.items():
                yield Part(output, "", partial(write_card, card, kept, site))
        # Beside an icon of the guide's own, one of ours would be another site's.
        taken = OWN_ICONS if self.icons else [name for name in OWN_ICONS if self._taken(name)]
        basis = digest_of(self._accent, taken)
        yield Part("icons", basis, partial(write_icons, self._accent, taken, kept, site))

    def write_markdown(self, page: KnownPage, site: Path) -> list[str]:
        """Write a page as Markdown, where it has a place; return its path in the site."""
        output = markdown_output(page.file, self._sources)
        if not output:
            return []
        return self._write(site, output, partial(_in_one, partial(self._markdown, page, output)))

    def _write(self, site: Path, output: str, texts: Callable[[], Iterable[str]]) -> list[str]:
        write_pieces(site, output, texts())
        return [output]

    def _taken(self, output: str) -> bool:
        return output in self._sources.outputs or output in self._sources.folders

    def _has_markdown(self, page: KnownPage) -> bool:
        return bool(markdown_output(page.file, self._sources))

    def _markdown(self, page: KnownPage, output: str) -> str:
        """Return a page's Markdown as it stands in the file *output*, which may hold others too."""
        address = ""
        if self._url:
            address = self._url + page.file.url
        elif output == llms.FULL_OUTPUT:
            address = relative_url(page.file.url, output)
        text = head(page.title, page.summary, address)
        if not page.opens_with_heading:
            text += f"# {page.title}\n\n"
        return text + with_links(markdown_of(page, self._memory.cache), output, self._url)

    def _llms(self) -> str:
        return llms.llms(self._settings.title, self.description, self._sections())

    def _sections(self) -> Iterator[tuple[str, list[llms.Listed]]]:
        for folder, tree in self._trees.items():
            single = [b.page for b in tree.branches if b.page and not b.branches]
            yield name_of(folder) if folder else "Pages", self._listed(single)
            for branch in tree.branches:
                if branch.branches:
                    yield branch.label, self._listed(branch.all_pages())

    def _listed(self, pages: list[KnownPage]) -> list[llms.Listed]:
        return [
            llms.Listed(
                page.title,
                self._url + url_of(markdown_output(page.file, self._sources) or page.file.output),
                page.summary,
            )
            for page in pages
        ]

    def _llms_full(self) -> Iterator[str]:
        # In reading order; what the navigation hides comes last.
        ordered = dict.fromkeys(
            page.file.uri for tree in self._trees.values() for page in tree.all_pages()
        )
        pages = {page.file.uri: page for page in self._pages}
        uris = dict.fromkeys([*ordered, *pages])
        for number, uri in enumerate(uris):
            yield ("\n" if number else "") + self._markdown(pages[uri], llms.FULL_OUTPUT)

    def _sitemap(self) -> str:
        def changed(page: KnownPage) -> datetime | None:
            change = self._history.last_change(page.file.uri)
            return change.date if change else None

        return sitemap.sitemap((self._url + page.file.url, changed(page)) for page in self._pages)

    def _robots(self) -> str:
        return robots.robots(self._url)

    def _feed_text(self) -> str:
        if not self._url or self._taken(feed.OUTPUT):
            return ""
        pages = {page.file.uri: (page.title, page.file.url) for page in self._pages}
        return feed.feed(self._settings.title, self._author, self._url, pages, self._history)

    def _breadcrumbs(self, page: KnownPage, crumbs: list[PageLink]) -> str:
        here = self._url + page.file.url
        named = [(crumb.label, urljoin(here, crumb.href)) for crumb in crumbs if crumb.href]
        return breadcrumbs(named) if len(named) > 1 else ""

    def _card(self, page: KnownPage | None) -> Card:
        title = page.title if page and page.file.url else self._settings.title
        summary = page.summary if page and page.file.url else self.description
        host = urlsplit(self._url).hostname or ""
        return Card(title, summary, self._settings.title, host, self._accent)

    def _own_image(self, page: KnownPage) -> SharedImage | None:
        """Return the picture that a page's front matter names, or `None`."""
        written = page.front_matter.text("image")
        if not written:
            return None
        if "://" in written:
            return SharedImage(written, page.title)
        target = find_target(written, page.file.folder, self._sources)
        if isinstance(target, str):
            return None
        file = self._sources.outputs.get(target.output)
        width, height = (file and size_of(file.path)) or (0, 0)
        return SharedImage(self._url + url_of(target.output), page.title, width, height)

    def _image(self, page: KnownPage | None) -> SharedImage:
        own = self._own_image(page) if page else None
        if own:
            return own
        card = self._card(page)
        return SharedImage(self._url + card.output, card.title, *_CARD_SIZE)


def _in_one(text: Callable[[], str]) -> Iterator[str]:
    """Yield a text that is made at once."""
    yield text()
