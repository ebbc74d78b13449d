"""Render all pages of a guide, but for those that are remembered."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..settings import Settings
from .digests import digest_of
from .features import Features
from .keeping import keep_page, kept_page
from .memory import Memory
from .processes import jobs_for, over_processes
from .progress import Progress
from .rendered import KnownPage
from .sources import SourceFile, Sources
from .theming import TEMPLATES, own_templates

if TYPE_CHECKING:
    from .rendering import Renderer

_PAGES_WORTH_A_PROCESS = 40
_RENDERING = f"{__package__}.rendering"
_GARBAGE_THRESHOLDS = (2_000, 10, 10)

Asked = tuple[Path, Sources, Settings, Features | None]
"""What a `Renderer` is made of."""


def render_all(
    of: Asked,
    jobs: int | None,
    progress: Progress,
    memory: Memory | None = None,
    before: Callable[[], object] = lambda: None,
) -> list[KnownPage]:
    """
    Render every page, over processes where that pays, in the order of their addresses.

    Args:

        of: What a `Renderer` is made of.

        jobs: How many processes; `None` for as many as pay.

        progress: Is told how far it is.

        memory: Has the pages that need not be rendered again, and keeps the others.

        before: What is to be done besides, at any time: it takes no time where another process
            renders meanwhile.
    """
    memory = memory or Memory()
    guide, sources, settings, features = of
    own = own_templates(guide)
    # Of a guide's own templates, pages are rendered with one alone, and what that includes.
    folders = [TEMPLATES, own] if (own / "_example.html").is_file() else [TEMPLATES]
    templates = [memory.digests.of_folder(folder) for folder in folders]
    basis = digest_of(guide, settings, features, templates)
    known = memory.pages(sources, basis)
    every = sources.pages
    files = [file for file in every if file.uri not in known]

    def renderer() -> Renderer:
        from .rendering import Renderer

        renderer = memory.hold("renderer", basis, lambda: Renderer(*of))
        renderer.use(sources)
        return renderer

    def render(file: SourceFile) -> str:
        page = renderer().render(file, memory.pieces(file))
        read = page.dependencies.files
        read.update({path: memory.digests.known(path) for path in read})
        return keep_page(page, memory.cache)

    if len(files) > _PAGES_WORTH_A_PROCESS:
        renderer()
        gc.freeze()  # what is loaded is none, and stays shared with forks
        gc.set_threshold(*_GARBAGE_THRESHOLDS)  # `cli.py` sets those of a small build
    if jobs is None and files and memory.is_for_one_build and _RENDERING not in sys.modules:
        jobs = jobs_for(2, 1, None)  # to load what renders takes longer than to render these
    else:
        jobs = jobs_for(len(files), _PAGES_WORTH_A_PROCESS, jobs)
    if jobs > 1:
        files.sort(key=_size, reverse=True)  # nobody waits for a long one at the end
    for file, name in over_processes(render, files, jobs, before):
        known[file.uri] = memory.lightened(kept_page(file, name, memory.cache))
        progress.step("Rendering pages", len(known), len(every))
    progress.clear()
    pages = [known[file.uri] for file in every]
    memory.keep_pages(pages)
    return pages


def _size(file: SourceFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0  # said when it is read
