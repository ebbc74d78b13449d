"""Fill the templates of a site: its pages, its source views, and the page for no address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..words import direction_of, say_in
from .assets import write_page_files
from .digests import digest_of
from .editing import edit_address
from .extensions.feature_table import fill_tables
from .front_end import FrontEnd, script_suffix
from .keeping import whole_page
from .languages import folder_of, language_of, name_of, twin_of
from .links import find_target
from .memory import Memory, Part
from .navigation import Branch, navigation_for
from .output import write_file
from .pages import Page, PageLink, Translation, home_page, link_to, page_for
from .policy import BASE_POLICY
from .publishing.publication import Publication
from .rendered import KnownPage, RenderedPage
from .source_views import SourceView, source_lines, text_of
from .sources import ASSETS, SourceFile, relative_url, source_view_of, url_of
from .stylesheets import SOURCE_VIEW, stylesheet_name
from .templating import Templates
from .theming import TEMPLATES, own_templates

if TYPE_CHECKING:
    from .writing import Site

_ADDRESSES = f"{ASSETS}/addresses.json"
_MOST_NAVIGATIONS = 100


def templates_of(guide: Path, memory: Memory) -> Templates:
    """Return the templates of a guide, those of the last build unless one of them has changed."""
    own = own_templates(guide)
    basis = digest_of(*(memory.digests.of_folder(folder) for folder in (TEMPLATES, own)))
    return memory.hold("templates", basis, lambda: Templates(own))


class Writer:
    """
    Fills the templates of one build.

    Args:

        site: What to write.

        front_end: What its pages load of ours.

        staging: The folder to write into.

        trees: The navigation of each language.

        publication: What it tells machines.

        basis: The hash of what all pages share.

        memory: Has the pages' content.
    """

    def __init__(
        self,
        site: Site,
        front_end: FrontEnd,
        staging: Path,
        trees: dict[str, Branch],
        publication: Publication,
        basis: str,
        memory: Memory,
    ):
        self._site = site
        self._front_end = front_end
        self._staging = staging
        self._guide_name = site.guide.resolve().name
        self._settings = site.settings
        self._basis = basis
        self._memory = memory
        self._templates = templates_of(site.guide, memory)
        self._trees = trees
        self._publication = publication
        self._by_uri = {page.file.uri: page for page in site.pages}
        self._ways: dict[str, tuple[Branch, ...]] = {}
        self._around: dict[str, tuple[KnownPage | None, KnownPage | None]] = {}
        for tree in trees.values():
            for way in tree.walk():
                if way[-1].page:
                    self._ways.setdefault(way[-1].page.file.uri, way)
            order = tree.all_pages()
            for before, page, after in zip([None, *order], order, [*order[1:], None], strict=False):
                self._around[page.file.uri] = before, after
        self._navigations: dict[tuple[str, tuple[int, ...], str], str] = {}

    def parts(self) -> Iterator[Part]:
        """Yield the pages, the source views and the page for addresses that do not exist."""
        for page in self._site.pages:
            own_image = page.front_matter.text("image") and self._publication.sharing(
                page, page.file.output, []
            )
            showings = page.tables and self._site.showings
            basis = digest_of(self._basis, page.digest, own_image, showings)
            yield Part(f"page {page.file.uri}", basis, partial(self._write_page, page))
        for view in self._site.views:
            basis = digest_of(
                self._basis, self._memory.digests.of(view.file.path), view.asked_by.file.uri
            )
            yield Part(f"view {view.file.uri}", basis, partial(self._write_source_view, view))
        if "index.html" not in self._site.sources.outputs:
            yield Part("home", self._basis, self._write_home_page)
        yield Part("not found", self._basis, self._write_not_found)

    def _write_page(self, known: KnownPage) -> list[str]:
        rendered = whole_page(known, self._memory.cache)
        file, showings = rendered.file, self._site.showings
        content = rendered.html
        if rendered.tables:
            content = fill_tables(content, file.url, lambda id_: showings.get(id_, []))
        page = self._page(rendered, content)
        self._write(
            "page.html",
            file.output,
            file,
            rendered.title,
            rendered.policy,
            sharing=self._publication.sharing(rendered, file.output, page.crumbs),
            language=language_of(file.uri, rendered.front_matter, self._settings),
            page=page,
            contents=page.contents,
            body_class="home" if page.is_home else "",
            parts=rendered.parts,
            translations=self._translations(rendered.file.uri, rendered.file.url),
            author_styles=bool(rendered.styles),
        )
        markdown = self._publication.write_markdown(rendered, self._staging)
        return [file.output, *markdown, *write_page_files(rendered, self._staging)]

    def _page(self, rendered: RenderedPage, content: str) -> Page:
        file, settings = rendered.file, self._settings
        before, after = self._around.get(file.uri, (None, None))
        change = self._site.history.last_change(file.uri)
        is_home = file.is_index and file.folder == folder_of(file.uri, settings)
        return page_for(
            rendered,
            content,
            author=settings.author,
            icon=self._icon(rendered, file.url),
            is_home=is_home,
            crumbs=[] if is_home else self._crumbs(rendered, file.url),
            previous=link_to(before, file.url) if before else None,
            next=link_to(after, file.url) if after else None,
            edit_href=edit_address(file.uri, self._guide_name, settings),
            changed=change.date.date().isoformat() if change else "",
        )

    def _crumbs(self, rendered: KnownPage, url: str) -> list[PageLink]:
        """Return the way to a page, seen from *url*: the language's home, its sections, itself."""
        file = rendered.file
        language = language_of(file.uri, rendered.front_matter, self._settings)
        home = self._home(file)
        label = say_in(language)("Home")
        crumbs = [PageLink(label, relative_url(home, url))]
        for branch in self._ways.get(file.uri, ())[1:-1]:
            page = branch.page
            href = relative_url(page.file.url, url) if page else ""
            crumbs.append(PageLink(branch.label, href))
        return [*crumbs, link_to(rendered, url)]

    def _home(self, file: SourceFile | None) -> str:
        """Return the address of the home page in a file's language, from the site's root."""
        folder = folder_of(file.uri, self._settings) if file else ""
        tree = self._trees[folder]
        return tree.page.file.url if tree.page else ""

    def _translations(self, uri: str, url: str) -> list[Translation]:
        """Return the page with this source in the site's other languages, seen from *url*."""
        settings = self._settings
        own = folder_of(uri, settings)
        translations = []
        for folder, tree in self._trees.items():
            twin = self._by_uri.get(twin_of(uri, folder, settings))
            page = twin or tree.page
            if folder != own and page is not None:
                language = language_of(page.file.uri, page.front_matter, settings)
                href = relative_url(page.file.url, url)
                translations.append(
                    Translation(language, name_of(language), href, twin is not None)
                )
        return translations

    def _write_home_page(self) -> list[str]:
        title = self._settings.title
        nodes = navigation_for(self._trees[""], "", (), self._icon)
        links = [PageLink(node.label, node.href) for node in nodes if node.href]
        page = home_page(title, links)
        self._write(
            "page.html",
            "index.html",
            None,
            title,
            BASE_POLICY,
            page=page,
            body_class="home",
            sharing=self._publication.sharing(None, "index.html"),
        )
        return ["index.html"]

    def _write_source_view(self, view: SourceView) -> list[str]:
        output, raw = source_view_of(view.file.uri)
        parent, text = view.asked_by, text_of(view.file)
        url, name = url_of(output), view.file.path.name
        way = self._crumbs(parent, url)
        is_home = parent.file.url == self._home(parent.file)
        self._write(
            "source.html",
            output,
            parent.file,
            name,
            BASE_POLICY,
            language=language_of(parent.file.uri, parent.front_matter, self._settings),
            body_class="source",
            file_name=name,
            crumbs=[*(way[1:] if is_home else way), PageLink(name, "")],
            raw_href=relative_url(url_of(raw), url),
            translations=self._translations(parent.file.uri, url),
            content=source_lines(text, name),
            parts=SOURCE_VIEW,
        )
        write_file(self._staging, raw, text)
        return [output, raw]

    def _write_not_found(self) -> list[str]:
        """Write the page for addresses that do not exist: at any depth, in any language."""
        say = say_in(self._settings.language)
        addresses = [(page.file.url, page.title) for page in self._site.pages]
        text = json.dumps(addresses, ensure_ascii=False, separators=(",", ":"))
        write_file(self._staging, _ADDRESSES, text)
        homes = [
            other._replace(href="/" + other.href, is_same_page=False)
            for other in self._translations("README.md", "")
        ]
        self._write(
            "404.html",
            "404.html",
            None,
            say("Page not found"),
            BASE_POLICY,
            root="/",
            translations=homes,
            said=[(home, say_in(home.language)) for home in homes],
        )
        return ["404.html", _ADDRESSES]

    def _write(
        self,
        template: str,
        output: str,
        file: SourceFile | None,
        title: str,
        policy: str,
        parts: tuple[str, ...] = (),
        **context: object,
    ) -> None:
        """
        Fill one template.

        Args:

            template: Its name.

            output: Where it goes in the site.

            file: The page whose place in the navigation it has; `None` for none.

            title: The title of what it shows.

            policy: The text of its Content-Security-Policy.

            parts: The optional parts of the stylesheet that it needs.

            context: What else the template may use.
        """
        url, site = url_of(output), self._settings
        language = str(context.get("language", site.language))
        root = str(context.get("root", "../" * url.count("/")))
        names = {
            "parts": parts,
            "front_end": self._front_end.prefix,
            "styles": self._front_end.prefix + stylesheet_name(parts),
            "script": f"{'main' if 'live' in parts else 'page'}{script_suffix(language)}.js",
            "site": site,
            "language": language,
            "direction": direction_of(language),
            "say": say_in(language),
            "root": root,
            "home": root + self._home(file),
            "title": title,
            "browser_title": title if title == site.title else f"{title} \N{EN DASH} {site.title}",
            "policy": policy,
            "author_styles": False,
            "sharing": None,
            "icons": self._publication.icons,
            "body_class": "",
            "contents": [],
            "translations": [],
            "page": None,
            "nav": self._navigation(output, file, language, root),
        }
        write_file(self._staging, output, self._templates.fill(template, **(names | context)))

    def _navigation(self, output: str, file: SourceFile | None, language: str, root: str) -> str:
        """Return the navigation for the page at *output*; pages of one section share it."""
        way = self._ways.get(file.uri, ()) if file else ()
        url = "" if root == "/" else url_of(output)
        folder = url[: url.rfind("/") + 1]
        tree = self._trees[folder_of(file.uri, self._settings) if file else ""]
        # The page itself counts only where something stands below it.
        opened = tuple(id(branch) for branch in way if branch.branches)
        key = (root if root == "/" else folder, opened, language)
        html = self._navigations.get(key)
        if html is None:
            nodes = navigation_for(tree, folder, way, self._icon)
            if root == "/":
                nodes = [node.rooted() for node in nodes]
            html = self._templates.fill("_nav.html", nodes=nodes, say=say_in(language))
            if len(self._navigations) >= _MOST_NAVIGATIONS:
                self._navigations.clear()  # pages come section by section
            self._navigations[key] = html
        if file:
            mark = f'<a href="{escape(relative_url(file.url, folder) or "./")}"'
            # The source of a file is not the page itself, but belongs to it.
            current = "page" if file.output == output else "true"
            html = html.replace(mark, f'{mark} aria-current="{current}"', 1)
        return html

    def _icon(self, rendered: KnownPage, url: str) -> str | None:
        """Return the address of a page's icon, as the page at *url* writes it."""
        icon = rendered.front_matter.text("icon")
        if not icon or "://" in icon:
            return icon or None
        target = find_target(icon, rendered.file.folder, self._site.sources)
        return None if isinstance(target, str) else relative_url(url_of(target.output), url)
