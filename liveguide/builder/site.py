"""Build a site: the whole flow from a guide folder to an output folder."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Problem, in_order
from .cache import CacheError
from .digests import digest_of
from .freshness import Found, find
from .memory import Memory
from .output import check_output, staged, umask
from .progress import Progress

# What renders is loaded where it is needed: most builds of a guide's author change little, and
# loading Markdown and all that belongs to it takes longer than to find that nothing has changed.
if TYPE_CHECKING:
    from ..settings import Settings
    from .features import Features
    from .rendered import KnownPage
    from .sources import Sources
    from .writing import Site


@dataclass
class Collected:
    """
    What a build knows before it renders.

    Attributes:

        guide: The guide folder.

        settings: Its `liveguide.yaml`.

        sources: Every file of it.

        features: What it promises to show, or `None` where it does not say.

        problems: What was found wrong.
    """

    guide: Path
    settings: Settings
    sources: Sources
    features: Features | None
    problems: list[Problem]


_TOLD_AGAIN = ("pages", "examples", "snippets", "stated", "notes")


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

        written: Whether the site is now what its sources give.

        unchanged: Whether it was that before, and was left alone.

        changed: The paths in the site of the files that are others now, or gone; all of them
            where nothing was remembered of the last build.

        notes: What the author may want to know, and need not mend.
    """

    pages: int = 0
    examples: int = 0
    snippets: int = 0
    stated: int = 0
    problems: list[Problem] = field(default_factory=list)
    written: bool = False
    unchanged: bool = False
    changed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

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
    drafts: bool = False,
    jobs: int | None = None,
    url: str | None = None,
    progress: Progress | None = None,
    memory: Memory | None = None,
    copies: bool = True,
) -> BuildReport:
    """
    Build the guide in the folder *guide* into the folder *site*.

    Args:

        guide: The folder that holds the pages.

        site: The output folder, replaced in one step when nothing is wrong.

        strict: Keep the old site for a warning as well.

        drafts: Build drafts like other pages.

        jobs: How many processes render; `None` for as many as pay.

        url: The site's public address, as `site_address` returns it; `None` for the settings'.

        progress: Is told how far the build is.

        memory: What is left of the last build of the same guide into the same site; `None` for
            what is kept of it beside the site.

        copies: Write compressed copies, and a front end that browsers keep: for readers who are
            not on this computer.

    Raises:

        UsageError: A folder can't be used as asked.

        SourceError: The site's settings are wrong.

        OutputBusy: Another build is writing the same site.

        OSError: The site can't be written.
    """
    check_output(guide, site)
    memory, is_kept = memory or Memory(site, is_for_one_build=True), memory is None
    found = find(guide, site, memory.digests)
    # Pages name the folder, wherever a link to it leads, and files have the rights of their day.
    place = os.getcwd(), guide, guide.resolve(), umask()
    memory.open(digest_of(found.builder, place, drafts, url, copies), site)
    last = memory.last(found.noted(memory.included(), memory.digests), site)
    if last and not (strict and last["problems"]):
        problems = [Problem(*problem) for problem in last["problems"]]
        return BuildReport(**last["told"], problems=problems, written=True, unchanged=True)

    def build() -> BuildReport:
        collected = collect(guide, site, url, drafts=drafts)
        from .front_end import shortened

        with shortened(guide, collected.settings, memory, jobs) as finish:
            return _build(collected, found, site, strict, jobs, progress, memory, copies, finish)

    try:
        report = build()
    except CacheError as error:
        memory.lose(error)
        report = build()
    if is_kept:
        memory.save(site)
    if memory.cache.trouble:
        report.notes.append(memory.cache.trouble)
        memory.cache.trouble = ""
    return report


def _build(
    collected: Collected,
    found: Found,
    site: Path,
    strict: bool,
    jobs: int | None,
    progress: Progress | None,
    memory: Memory,
    copies: bool,
    finish: Callable[[], None],
) -> BuildReport:
    """
    Render, check and write what is collected; most arguments are those of `build_site`.

    Args:

        finish: Waits for what another process does meanwhile for the front end.
    """
    from .render_all import render_all

    def prepare() -> None:
        from .filling import templates_of
        from .history import recalled_history

        templates_of(collected.guide, memory).load("page.html")
        recalled_history(collected.guide, memory)

    asked = (collected.guide, collected.sources, collected.settings, collected.features)
    rendered = render_all(asked, jobs, progress or Progress(quiet=True), memory, prepare)
    checked, report = check(collected, rendered, memory)
    if report.errors or (strict and report.problems):
        return report
    included = sorted({uri for page in rendered for uri in page.included})
    made_of = {**found.noted(included, memory.digests), "included": included}
    if checked.history.failure:
        del made_of["commit"]  # the next build asks git again
        report.notes.append(f"git log failed: {checked.history.failure}; pages have no dates")
    from .front_end import front_end_of
    from .writing import write_site

    finish()
    front_end = front_end_of(
        checked.guide, checked.settings, rendered, found.builder, is_named=copies
    )
    with staged(site) as staging:
        memory.begin(site)
        report.notes += write_site(checked, front_end, made_of, staging, memory, jobs, copies)
        report.changed = memory.complete(site, staging)
    memory.end(
        site,
        {
            **made_of,
            "told": {key: getattr(report, key) for key in _TOLD_AGAIN},
            "problems": report.problems,
        },
    )
    report.written = True
    return report


def collect(guide: Path, site: Path, url: str | None = None, *, drafts: bool = False) -> Collected:
    """
    Find everything that a build of *guide* into *site* reads; it raises what `build_site` does.

    Args:

        guide: The guide folder.

        site: The output folder.

        url: The site's public address, as `site_address` returns it; `None` for the settings'.

        drafts: Build drafts like other pages.
    """
    from ..settings import settings_and_problems
    from .collecting import collect_sources
    from .features import read_features

    # With settings that are wrong the pages are rendered all the same: their faults are told too.
    settings, setting_problems = settings_and_problems(guide)
    if url:
        settings = dataclasses.replace(settings, url=url)
    sources, problems = collect_sources(guide, site, drafts=drafts)
    features, feature_problems = read_features(guide)
    return Collected(
        guide, settings, sources, features, [*setting_problems, *problems, *feature_problems]
    )


def check(
    collected: Collected, rendered: list[KnownPage], memory: Memory
) -> tuple[Site, BuildReport]:
    """Return the site that these pages make, still to be written, and what is wrong with it."""
    from .assets import document_policies
    from .checks import check_anchors, check_pictures
    from .history import recalled_history
    from .navigation import check_navigation
    from .source_views import source_views
    from .theming import check_theme
    from .writing import Site, showings_of

    sources, features = collected.sources, collected.features
    showings = showings_of(rendered)
    problems = list(collected.problems)
    if features is not None and features.complete:
        problems += features.not_shown(showings)
    policies, policy_problems = document_policies(sources.assets, memory)
    views, view_problems = source_views(rendered, sources)
    problems += policy_problems + view_problems
    problems += check_theme(collected.guide)
    problems += check_navigation(collected.settings, sources, str(collected.guide))
    problems += check_anchors(rendered) + check_pictures(rendered, sources)
    problems += [problem for page in rendered for problem in page.problems]
    report = BuildReport(
        pages=len(rendered),
        examples=sum(page.examples for page in rendered),
        snippets=sum(page.running for page in rendered),
        stated=sum(page.stated for page in rendered),
        problems=in_order(problems),
    )
    site = Site(
        collected.guide,
        collected.settings,
        sources,
        rendered,
        views,
        showings,
        policies,
        recalled_history(collected.guide, memory),
    )
    return site, report
