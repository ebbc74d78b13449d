"""Write a site that is checked, part by part, over processes where that pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..settings import Settings
from ..words import WORDS
from . import nginx
from .assets import asset_parts, search_parts, write_manifest
from .copies import Copier
from .digests import digest_of
from .extensions.feature_table import Showing
from .filling import Writer
from .front_end import FrontEnd, frontend_parts, style_parts
from .history import History
from .memory import Memory, Part
from .navigation import navigation_trees
from .policy import RUNNER_POLICY
from .processes import jobs_for, over_processes
from .publishing.pictures import FOLDER, forget_old
from .publishing.publication import Publication
from .rendered import KnownPage
from .source_views import SourceView
from .sources import Sources
from .theming import TEMPLATES, own_templates
from .walking import MANIFEST

_PARTS_WORTH_A_PROCESS = 40


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

        history: What git knows of the guide.
    """

    guide: Path
    settings: Settings
    sources: Sources
    pages: list[KnownPage]
    views: list[SourceView]
    showings: dict[str, list[Showing]]
    policies: dict[str, str]
    history: History


def write_site(
    site: Site,
    front_end: FrontEnd,
    made_of: Mapping[str, object],
    staging: Path,
    memory: Memory,
    jobs: int | None,
    copies: bool,
) -> list[str]:
    """
    Write everything of *site* into the empty folder *staging*, except what can be kept.

    Args:

        site: The site.

        front_end: What its pages load of ours.

        made_of: What the manifest says of its sources.

        staging: The folder.

        memory: Knows what can be kept of the last site, and notes what is written.

        jobs: How many processes write; `None` for as many as pay.

        copies: Whether each text has compressed copies.

    Returns:

        What the author may want to know.
    """
    named = [*site.sources.outputs, *site.sources.folders]
    copier = Copier(staging, named) if copies else None

    def write(part: Part) -> tuple[list[str], dict[str, str]]:
        outputs = list(part.write())
        return outputs, copier.copy(outputs) if copier and part.is_sent else {}

    taken = sorted(copier.taken) if copier else []
    missing = memory.missing(_parts(site, front_end, staging, memory), digest_of(taken))
    jobs = jobs_for(len(missing), _PARTS_WORTH_A_PROCESS, jobs)
    for part, (outputs, copied) in over_processes(write, missing, jobs):
        memory.wrote(part, outputs, copied)
    manifest = {**made_of, **_manifest(site, front_end)}
    if copier:
        manifest |= {"copies": memory.copied(), "compressors": copier.compressors.versions}
    part = Part(MANIFEST, "", partial(write_manifest, staging, manifest))
    memory.wrote(part, list(part.write()))
    forget_old(staging.parent / FOLDER)
    notes = copier.compressors.notes() if copier else []
    for output in nginx.left_out(_policies(site, front_end)):
        notes.append(f"nginx can't be told the policy of {output!r}; it sends that of other pages")
    return notes


def _parts(site: Site, front_end: FrontEnd, staging: Path, memory: Memory) -> Iterator[Part]:
    """Yield all that a site consists of, what takes longest first."""
    settings = site.settings
    trees = navigation_trees(site.pages, settings)
    basis = _shared(site, front_end, memory)
    told = digest_of(basis, [page.summary for page in site.pages])
    publication = Publication(settings, site.sources, site.pages, trees, site.history, told, memory)
    basis = digest_of(basis, publication.description)
    yield from frontend_parts(staging, memory, front_end)
    yield from search_parts(site.pages, settings, staging, memory)
    yield from publication.parts(staging, staging.parent)
    yield from style_parts(site.pages, staging, memory, front_end)
    yield from Writer(site, front_end, staging, trees, publication, basis, memory).parts()
    yield from asset_parts(site.sources.assets, staging, memory)


def _manifest(site: Site, front_end: FrontEnd) -> dict[str, object]:
    """Return what a site's manifest says of its pages."""
    drafts = [page.file.output for page in site.pages if page.file.draft]
    # With drafts in it, it is not the site that is meant for readers.
    told: dict[str, object] = {
        "policies": _policies(site, front_end),
        "front_end": front_end.folder,
    }
    return told | ({"fingerprint": "", "drafts": drafts} if drafts else {})


def _policies(site: Site, front_end: FrontEnd) -> dict[str, str]:
    """Return the policy of each page, by its path in the site."""
    policies = site.policies | {page.file.output: page.policy for page in site.pages}
    return policies | {f"{front_end.folder}/runner.html": RUNNER_POLICY}


def _shared(site: Site, front_end: FrontEnd, memory: Memory) -> str:
    """
    Return the hash of what every page may be made of besides its own source.

    A page shows of the others what stands here, and nothing else: their titles,
    their places in the order, their addresses; and where the front end stands.
    """
    pages = [(page.file.identity, page.title, page.front_matter.values) for page in site.pages]
    folders = (TEMPLATES, WORDS, own_templates(site.guide))
    templates = [memory.digests.of_folder(folder) for folder in folders]
    outputs = sorted(site.sources.outputs)
    return digest_of(
        site.settings, outputs, site.history.digest(), templates, pages, front_end.folder
    )


def showings_of(rendered: Sequence[KnownPage]) -> dict[str, list[Showing]]:
    """Return all that shows a feature, by the feature's id, in the order of the pages."""
    showings: dict[str, list[Showing]] = {}
    for page in rendered:
        for shown in page.shown:
            for feature in shown.features:
                showing = Showing(page.title, page.file.url, shown)
                showings.setdefault(feature, []).append(showing)
    return showings
