"""Render all pages of a guide, but for those that are remembered."""

from __future__ import annotations

import gc
from pathlib import Path

from ..settings import Settings
from .digests import digest_of
from .features import Features
from .keeping import keep_page, kept_page
from .memory import Memory
from .processes import jobs_for, over_processes
from .progress import Progress
from .rendered import KnownPage
from .rendering import Renderer
from .sources import SourceFile, Sources
from .templating import TEMPLATES

_PAGES_WORTH_A_PROCESS = 40
_GARBAGE_THRESHOLDS = (2_000, 10, 10)

Asked = tuple[Path, Sources, Settings, Features | None]
"""What a `Renderer` is made of."""


def render_all(
    of: Asked, jobs: int | None, progress: Progress, memory: Memory | None = None
) -> list[KnownPage]:
    """
    Render every page, over processes where that pays, in the order of their addresses.

    Args:

        of: What a `Renderer` is made of.

        jobs: How many processes; `None` for as many as pay.

        progress: Is told how far it is.

        memory: Has the pages that need not be rendered again, and keeps the others.
    """
    memory = memory or Memory()
    guide, sources, settings, features = of
    basis = digest_of(guide, settings, features, memory.digests.of_folder(TEMPLATES))
    known = memory.pages(sources, basis)
    files = [file for file in sources.pages if file.uri not in known]
    if files:
        renderer = memory.hold("renderer", basis, lambda: Renderer(*of))
        renderer.use(sources)

    def render(file: SourceFile) -> str:
        page = renderer.render(file)
        read = page.dependencies.files
        read.update({path: memory.digests.known(path) for path in read})
        return keep_page(page, memory.cache)

    if len(files) > _PAGES_WORTH_A_PROCESS:
        gc.freeze()  # what is loaded is none, and stays shared with forks
        gc.set_threshold(*_GARBAGE_THRESHOLDS)  # `cli.py` sets those of a small build
    jobs = jobs_for(len(files), _PAGES_WORTH_A_PROCESS, jobs)
    for file, name in over_processes(render, files, jobs):
        known[file.uri] = memory.lightened(kept_page(file, name, memory.cache))
        progress.step("Rendering pages", len(known), len(sources.pages))
    progress.clear()
    pages = [known[file.uri] for file in sources.pages]
    memory.keep_pages(pages)
    return pages
