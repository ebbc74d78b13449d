"""Write a site that is checked: what it copies, and every page from its template."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..settings import Settings
from .assets import (
    copy_assets,
    copy_frontend,
    write_author_styles,
    write_file,
    write_images,
    write_manifest,
    write_search,
    write_snippets,
    write_styles,
)
from .extensions.feature_table import Showing, fill_tables
from .freshness import with_included
from .history import History
from .links import find_target
from .navigation import NavNode, Section, navigation_for, section_tree
from .pages import PageLink, home_page, label_of, page_for
from .policy import BASE_POLICY, RUNNER_POLICY
from .publishing.publication import Publication
from .rendering import RenderedPage
from .source_views import SourceView
from .sources import ASSETS, Sources, relative_url, source_view_of, url_of
from .stylesheets import parts_of, stylesheet_name
from .templating import Templates


@dataclass
class Site:
    """
    A site that is rendered and checked, but not written.

    Attributes:

        guide: The guide folder.

        settings: Its settings.

        sources: Its files.

        pages: Its pages.

        views: The source views that the pages ask for.

        showings: What shows each feature, by the feature's id.

        policies: The policies of the guide's own HTML files, by their path in the site.

        fingerprint: The hash of all that the build read.

        history: What git knows of the guide.
    """

    guide: Path
    settings: Settings
    sources: Sources
    pages: list[RenderedPage]
    views: list[SourceView]
    showings: dict[str, list[Showing]]
    policies: dict[str, str]
    fingerprint: str
    history: History


def write_site(site: Site, staging: Path) -> None:
    """Write everything of *site* into the empty folder *staging*."""
    copy_frontend(staging)
    write_styles(site.pages, staging)
    copy_assets(site.sources.assets, staging)
    write_snippets(site.pages, staging)
    write_images(site.pages, staging)
    write_author_styles(site.pages, staging)
    write_search(site.pages, site.settings.language, staging)
    top = section_tree(site.pages)
    publication = Publication(site.settings, site.sources, site.pages, top, site.history)
    Writer(staging, site.settings, site.sources, top, site.showings, publication).write_all(
        site.pages, site.views
    )
    publication.write(staging, staging.parent)
    policies = site.policies | {page.file.output: page.policy for page in site.pages}
    policies[f"{ASSETS}/runner.html"] = RUNNER_POLICY
    included = sorted({uri for page in site.pages for uri in page.included})
    write_manifest(
        staging,
        {
            "fingerprint": with_included(site.fingerprint, site.guide, included),
            "included": included,
            "policies": policies,
        },
    )


def showings_of(rendered: list[RenderedPage]) -> dict[str, list[Showing]]:
    """Return all that shows a feature, by the feature's id, in the order of the pages."""
    showings: dict[str, list[Showing]] = {}
    for page in rendered:
        for shown in page.shown:
            for feature in shown.features:
                showing = Showing(page.title, page.file.url, shown)
                showings.setdefault(feature, []).append(showing)
    return showings


class Writer:
    """Fills the templates of one build."""

    def __init__(
        self,
        staging: Path,
        settings: Settings,
        sources: Sources,
        top: Section,
        showings: dict[str, list[Showing]],
        publication: Publication,
    ):
        self._staging = staging
        self._settings = settings
        self._sources = sources
        self._top = top
        self._showings = showings
        self._publication = publication
        self._templates = Templates()

    def write_all(self, rendered: list[RenderedPage], views: list[SourceView]) -> None:
        """Write the pages, the source views and the page for addresses that do not exist."""
        order = self._top.all_pages()
        places = {page.file.uri: place for place, page in enumerate(order)}
        for page in rendered:
            place = places[page.file.uri]
            before = order[place - 1] if place else None
            after = order[place + 1] if place + 1 < len(order) else None
            self._write_page(page, [before, after])
        for view in views:
            self._write_source_view(view)
        if "index.html" not in self._sources.outputs:
            self._write_home_page()
        self._write("404.html", "404.html", "", "Page not found", BASE_POLICY, root="/")

    def _write_page(self, rendered: RenderedPage, around: list[RenderedPage | None]) -> None:
        file = rendered.file
        content = rendered.html
        if rendered.tables:
            content = fill_tables(content, file.url, lambda id_: self._showings.get(id_, []))
        self._write(
            "page.html",
            file.output,
            file.folder,
            rendered.title,
            rendered.policy,
            sharing=self._publication.sharing(rendered, file.output),
            page=page_for(rendered, content, self._icon(rendered, file.url), around),
            parts=parts_of(rendered),
            author_styles=bool(rendered.styles),
        )

    def _write_home_page(self) -> None:
        title = self._settings.title
        nodes = navigation_for("", "", self._top, self._icon)
        links = [PageLink(node.label, node.href) for node in nodes if node.href]
        page = home_page(title, links)
        sharing = self._publication.sharing(None, "index.html")
        self._write("page.html", "index.html", "", title, BASE_POLICY, page=page, sharing=sharing)

    def _write_source_view(self, view: SourceView) -> None:
        output, raw = source_view_of(view.file.uri)
        parent = view.asked_by
        self._write(
            "source.html",
            output,
            view.file.folder,
            view.file.path.name,
            BASE_POLICY,
            file_name=view.file.path.name,
            raw_href=relative_url(url_of(raw), url_of(output)),
            content=view.html,
            parts=("code",),
            parent_href=relative_url(parent.file.url, url_of(output)),
            parent_label=label_of(parent),
        )
        write_file(self._staging, raw, view.text)

    def _write(
        self,
        template: str,
        output: str,
        folder: str,
        title: str,
        policy: str,
        parts: tuple[str, ...] = (),
        **context: object,
    ) -> None:
        url = url_of(output)
        root = "../" * url.count("/")
        site = self._settings
        names = {
            "parts": parts,
            "styles": stylesheet_name(parts),
            "site": site,
            "root": root,
            "title": title,
            "browser_title": title if title == site.title else f"{title} \N{EN DASH} {site.title}",
            "policy": policy,
            "author_styles": False,
            "sharing": None,
            "icons": self._publication.icons,
            "nav": navigation_for(url, folder, self._top, self._icon),
        }
        if template == "404.html":
            top = navigation_for("", "", self._top, self._icon)
            names["nav"] = [_from_the_top(node) for node in top]
        write_file(self._staging, output, self._templates.fill(template, **(names | context)))

    def _icon(self, rendered: RenderedPage, url: str) -> str | None:
        """Return the address of a page's icon, as the page at *url* writes it."""
        icon = rendered.front_matter.text("icon")
        if not icon or "://" in icon:
            return icon or None
        target = find_target(icon, rendered.file.folder, self._sources)
        return None if isinstance(target, str) else relative_url(url_of(target.output), url)


def _from_the_top(node: NavNode) -> NavNode:
    """Return an entry for a page that is served at any depth, with addresses from the top."""

    def rooted(address: str) -> str:
        return address if "://" in address else "/" + address.removeprefix("./")

    icon = rooted(node.icon) if node.icon else None
    return NavNode(node.label, rooted(node.href), icon, current=False, active=False)
