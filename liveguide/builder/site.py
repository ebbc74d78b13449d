"""Build a site: the whole flow from a guide folder to an output folder."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Problem, in_order
from ..settings import Settings, read_settings
from .assets import document_policies, write_manifest
from .checks import check_anchors, check_pictures
from .copies import Compressors, write_copies
from .features import Features, read_features
from .freshness import fingerprint
from .history import recalled_history
from .memory import Memory
from .navigation import check_navigation
from .output import check_output, staged
from .processes import render_all
from .progress import Progress
from .rendering import RenderedPage
from .source_views import source_views
from .sources import Sources, collect_sources
from .theming import check_theme
from .writing import Site, showings_of, write_site


@dataclass
class Collected:
    """
    What a build knows before it renders.

    Attributes:

        guide: The guide folder.

        settings: Its `liveguide.yaml`.

        sources: Every file of it.

        features: What it promises to show, or `None` where it does not say.

        fingerprint: The hash of all that was there.

        problems: What was found wrong.
    """

    guide: Path
    settings: Settings
    sources: Sources
    features: Features | None
    fingerprint: str
    problems: list[Problem]


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

        memory: What is left of the last build of the same guide into the same site.

        copies: Write compressed copies, for readers who are not on this computer.

    Raises:

        UsageError: A folder can't be used as asked.

        SourceError: The site's settings are wrong.

        OutputBusy: Another build is writing the same site.

        OSError: The site can't be written.
    """
    progress = progress or Progress(quiet=True)
    memory = memory or Memory()
    collected = collect(guide, site, url, drafts=drafts, memory=memory)
    asked = (guide, collected.sources, collected.settings, collected.features)
    rendered = render_all(asked, jobs, progress, memory)
    checked, report = check(collected, rendered, memory)
    if report.errors or (strict and report.problems):
        return report
    with staged(site) as staging:
        memory.begin(site)
        manifest = write_site(checked, staging, memory)
        report.changed = memory.complete(site, staging)
        if copies:
            compressors = Compressors()
            report.notes += compressors.notes()
            manifest |= write_copies(staging, site, compressors)
        write_manifest(staging, manifest)
    memory.end(site)
    report.written = True
    return report


def collect(
    guide: Path,
    site: Path,
    url: str | None = None,
    *,
    drafts: bool = False,
    memory: Memory | None = None,
) -> Collected:
    """
    Find everything that a build of *guide* into *site* reads; it raises what `build_site` does.

    Args:

        guide: The guide folder.

        site: The output folder.

        url: The site's public address, as `site_address` returns it; `None` for the settings'.

        drafts: Build drafts like other pages.

        memory: What is left of the last build.
    """
    memory = memory or Memory()
    settings = read_settings(guide)
    if url:
        settings = dataclasses.replace(settings, url=url)
    check_output(guide, site)
    before = fingerprint(guide, site, memory.digests)
    sources, problems = collect_sources(guide, site, drafts=drafts)
    features, feature_problems = read_features(guide)
    return Collected(guide, settings, sources, features, before, problems + feature_problems)


def check(
    collected: Collected, rendered: list[RenderedPage], memory: Memory | None = None
) -> tuple[Site, BuildReport]:
    """Return the site that these pages make, still to be written, and what is wrong with it."""
    memory = memory or Memory()
    sources, features = collected.sources, collected.features
    showings = showings_of(rendered)
    problems = list(collected.problems)
    if features is not None and features.complete:
        problems += features.not_shown(showings)
    policies, policy_problems = document_policies(sources.assets, memory)
    views, view_problems = source_views(rendered, sources, memory)
    problems += policy_problems + view_problems
    problems += check_theme(collected.guide)
    problems += check_navigation(collected.settings, sources, str(collected.guide))
    problems += check_anchors(rendered) + check_pictures(rendered, sources)
    problems += [problem for page in rendered for problem in page.problems]
    report = BuildReport(
        pages=len(rendered),
        examples=sum(page.examples for page in rendered),
        snippets=sum(len(page.snippets) for page in rendered),
        stated=sum(snippet.stated for page in rendered for snippet in page.snippets),
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
        collected.fingerprint,
        recalled_history(collected.guide, memory),
    )
    return site, report
