"""Build a site: the whole flow from a guide folder to an output folder."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Problem, SourceError, did_you_mean, in_order
from ..settings import Settings, read_settings
from .assets import (
    copy_assets,
    copy_frontend,
    document_policies,
    source_code,
    write_author_styles,
    write_file,
    write_images,
    write_manifest,
    write_snippets,
)
from .extensions.feature_table import Showing, fill_tables
from .features import Features, read_features
from .freshness import fingerprint, with_included
from .links import find_target
from .navigation import NavNode, Section, navigation_for, section_tree
from .output import check_output, staged
from .pages import PageLink, home_page, label_of, page_for
from .policy import BASE_POLICY, RUNNER_POLICY
from .progress import Progress
from .rendering import RenderedPage, Renderer
from .sources import (
    ASSETS,
    SourceFile,
    Sources,
    collect_sources,
    relative_url,
    source_view_of,
    url_of,
)
from .templating import Templates

_PAGES_WORTH_A_PROCESS = 40


@dataclass
class BuildReport:
    """
    What a build did.

    Attributes:

        pages: The number of pages.

        examples: The number of example cards.

        snippets: The number of runnable snippets.

        stated: The number of those whose authors state what they must log.

        problems: Every error and warning, sorted by file and line.

        written: Whether the site was replaced.
    """

    pages: int = 0
    examples: int = 0
    snippets: int = 0
    stated: int = 0
    problems: list[Problem] = field(default_factory=list)
    written: bool = False

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return len(self.problems) - self.errors


def build_site(
    guide: Path,
    site: Path,
    *,
    strict: bool = False,
    jobs: int | None = None,
    url: str | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """
    Build the guide in the folder *guide* into the folder *site*.

    Args:

        guide: The folder that holds the pages.

        site: The output folder, replaced in one step when nothing is wrong.

        strict: Keep the old site for a warning as well.

        jobs: How many processes render; `None` for as many as pay.

        url: The site's public address, as `site_address` returns it; `None` for the settings'.

        progress: Is told how far the build is.

    Raises:

        UsageError: A folder can't be used as asked.

        SourceError: The site's settings are wrong.

        OutputBusy: Another build is writing the same site.

        OSError: The site can't be written.
    """
    progress = progress or Progress(quiet=True)
    settings = read_settings(guide)
    if url:
        settings = dataclasses.replace(settings, url=url)
    check_output(guide, site)
    before = fingerprint(guide, site)
    sources, problems = collect_sources(guide, site)
    features, feature_problems = read_features(guide)
    rendered = _render_all((guide, sources, settings, features), jobs, progress)
    showings = showings_of(rendered)
    if features is not None and features.complete:
        feature_problems += features.not_shown(showings)
    policies, policy_problems = document_policies(sources.assets)
    views, view_problems = _source_views(rendered, sources)
    problems += policy_problems + view_problems + feature_problems + _check_anchors(rendered)
    problems += _check_icons(rendered, sources)
    problems += [problem for page in rendered for problem in page.problems]
    report = BuildReport(
        pages=len(rendered),
        examples=sum(page.examples for page in rendered),
        snippets=sum(len(page.snippets) for page in rendered),
        stated=sum(snippet.stated for page in rendered for snippet in page.snippets),
        problems=in_order(problems),
    )
    if report.errors or (strict and report.problems):
        return report
    included = sorted({uri for page in rendered for uri in page.included})
    with staged(site) as staging:
        copy_frontend(staging)
        copy_assets(sources.assets, staging)
        write_snippets(rendered, staging)
        write_images(rendered, staging)
        write_author_styles(rendered, staging)
        top = section_tree(rendered)
        for page in rendered:
            if page.tables:
                url = page.file.url
                page.html = fill_tables(page.html, url, lambda id_: showings.get(id_, []))
        _Writer(staging, settings, sources, top).write_all(rendered, views)
        policies |= {page.file.output: page.policy for page in rendered}
        policies[f"{ASSETS}/runner.html"] = RUNNER_POLICY
        write_manifest(
            staging,
            {
                "fingerprint": with_included(before, guide, included),
                "included": included,
                "policies": policies,
            },
        )
    report.written = True
    return report


_Asked = tuple[Path, Sources, Settings, Features | None]
"""What a `Renderer` is made of."""


def showings_of(rendered: list[RenderedPage]) -> dict[str, list[Showing]]:
    """Return all that shows a feature, by the feature's id, in the order of the pages."""
    showings: dict[str, list[Showing]] = {}
    for page in rendered:
        for shown in page.shown:
            for feature in shown.features:
                showing = Showing(page.title, page.file.url, shown)
                showings.setdefault(feature, []).append(showing)
    return showings


def _render_all(of: _Asked, jobs: int | None, progress: Progress) -> list[RenderedPage]:
    """Render every page, over processes where that pays."""
    files = of[1].pages
    if jobs is None:
        jobs = min(os.cpu_count() or 1, 1 + len(files) // _PAGES_WORTH_A_PROCESS)
    jobs = max(1, min(jobs, len(files)))
    rendered = []
    for page in _rendered(files, of, jobs):
        rendered.append(page)
        progress.step("Rendering pages", len(rendered), len(files))
    progress.clear()
    return rendered


def _rendered(files: list[SourceFile], of: _Asked, jobs: int) -> Iterator[RenderedPage]:
    if jobs == 1:
        renderer = Renderer(*of)
        yield from map(renderer.render, files)
        return
    context = multiprocessing.get_context("spawn" if os.name == "nt" else None)
    with ProcessPoolExecutor(jobs, context, _start_process, of) as pool:
        yield from pool.map(_render_in_process, files, chunksize=1 + len(files) // (jobs * 8))


_renderer: Renderer


def _start_process(
    guide: Path, sources: Sources, settings: Settings, features: Features | None
) -> None:
    global _renderer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _renderer = Renderer(guide, sources, settings, features)


def _end_with_parent() -> None:
    """End this process with the build that started it: when that is killed, no page ever comes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _render_in_process(file: SourceFile) -> RenderedPage:
    return _renderer.render(file)


@dataclass(frozen=True)
class _SourceView:
    """A file whose source some page publishes: its text, its lines as HTML, the page that asked."""

    file: SourceFile
    text: str
    html: str
    asked_by: RenderedPage


def _source_views(
    rendered: list[RenderedPage], sources: Sources
) -> tuple[list[_SourceView], list[Problem]]:
    asked: dict[str, RenderedPage] = {}
    for page in rendered:
        for uri in page.source_views:
            # The page to go back to is one beside the file, where there is one.
            if uri not in asked or page.file.folder == sources.files[uri].folder:
                asked[uri] = page
    views, problems = [], []
    for uri in sorted(asked):
        file = sources.files[uri]
        try:
            text, html = source_code(file)
            views.append(_SourceView(file, text, html, asked[uri]))
        except SourceError as error:
            problems.append(error.problem)
    return views, problems


def _check_anchors(rendered: list[RenderedPage]) -> list[Problem]:
    """Return a warning for each link to a heading that the page it names does not have."""
    ids = {page.file.output: page.ids for page in rendered}
    problems = []
    for page in rendered:
        for anchor in page.anchors:
            known = ids.get(anchor.output)
            if known is None or anchor.id in known:
                continue
            message = f"the link {anchor.written!r} is broken: the page has no {anchor.id!r}"
            message += did_you_mean(anchor.id, known)
            problems.append(Problem(str(page.file.path), anchor.line, message, "warning"))
    return problems


def _check_icons(rendered: list[RenderedPage], sources: Sources) -> list[Problem]:
    problems = []
    for page in rendered:
        icon = page.front_matter.text("icon")
        found = find_target(icon, page.file.folder, sources) if icon else ""
        if icon and isinstance(found, str) and "://" not in icon:
            line = page.front_matter.lines.get("icon")
            message = f"the icon {icon!r} is broken: {found}"
            problems.append(Problem(str(page.file.path), line, message, "warning"))
    return problems


class _Writer:
    """Fills the templates of one build."""

    def __init__(self, staging: Path, settings: Settings, sources: Sources, top: Section):
        self._staging = staging
        self._settings = settings
        self._sources = sources
        self._top = top
        self._templates = Templates()

    def write_all(self, rendered: list[RenderedPage], views: list[_SourceView]) -> None:
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
        self._write(
            "page.html",
            file.output,
            file.folder,
            rendered.title,
            rendered.policy,
            page=page_for(rendered, self._icon(rendered, file.url), around),
            has_live=bool(rendered.snippets or rendered.examples or rendered.tables),
            author_styles=bool(rendered.styles),
        )

    def _write_home_page(self) -> None:
        title = self._settings.title
        nodes = navigation_for("", "", self._top, self._icon)
        links = [PageLink(node.label, node.href) for node in nodes if node.href]
        page = home_page(title, links)
        self._write("page.html", "index.html", "", title, BASE_POLICY, page=page)

    def _write_source_view(self, view: _SourceView) -> None:
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
            parent_href=relative_url(parent.file.url, url_of(output)),
            parent_label=label_of(parent),
        )
        write_file(self._staging, raw, view.text)

    def _write(
        self, template: str, output: str, folder: str, title: str, policy: str, **context: object
    ) -> None:
        url = url_of(output)
        root = "../" * url.count("/")
        site = self._settings
        names = {
            "site": site,
            "root": root,
            "title": title,
            "browser_title": title if title == site.title else f"{title} \N{EN DASH} {site.title}",
            "policy": policy,
            "has_live": False,
            "author_styles": False,
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
