"""Render all pages of a guide, over as many processes as pay."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from ..settings import Settings
from .features import Features
from .memory import Memory
from .progress import Progress
from .rendering import RenderedPage, Renderer
from .sources import SourceFile, Sources
from .templating import TEMPLATES

_PAGES_WORTH_A_PROCESS = 40

Asked = tuple[Path, Sources, Settings, Features | None]
"""What a `Renderer` is made of."""


def render_all(
    of: Asked, jobs: int | None, progress: Progress, memory: Memory | None = None
) -> list[RenderedPage]:
    """
    Render every page, over processes where that pays, in the order of their addresses.

    Args:

        of: What a `Renderer` is made of.

        jobs: How many processes; `None` for as many as pay.

        progress: Is told how far it is.

        memory: Has the pages that need not be rendered again.
    """
    memory = memory or Memory()
    guide, sources, settings, features = of
    basis = (guide, settings, features, memory.digests.of_folder(TEMPLATES))
    known = memory.pages(sources, basis)
    files = [file for file in sources.pages if file.uri not in known]
    if jobs is None:
        jobs = min(os.cpu_count() or 1, 1 + len(files) // _PAGES_WORTH_A_PROCESS)
    jobs = max(1, min(jobs, len(files)))
    if jobs == 1:
        renderer = memory.recall("renderer", basis, lambda: Renderer(*of))
        renderer.use(sources)
        rendering: Iterator[RenderedPage] = map(renderer.render, files)
    else:
        rendering = _over_processes(files, of, jobs)
    for number, page in enumerate(rendering, 1):
        known[page.file.uri] = page
        progress.step("Rendering pages", number, len(files))
    progress.clear()
    pages = [known[file.uri] for file in sources.pages]
    memory.keep_pages(pages)
    return pages


def _over_processes(files: list[SourceFile], of: Asked, jobs: int) -> Iterator[RenderedPage]:
    # A fork has the locks of threads that it has not.
    has_threads = os.name == "nt" or threading.active_count() > 1
    context = multiprocessing.get_context("spawn" if has_threads else None)
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
