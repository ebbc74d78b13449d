"""Build a site again and again, and say each time what has become another."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import LiveguideError, OutputBusy, Problem, SourceErrors
from .freshness import read_manifest
from .memory import Memory
from .output import in_site
from .site import build_site

log = logging.getLogger(__name__)


@dataclass
class Rebuilt:
    """
    What one build of many did.

    Attributes:

        written: Whether the site is another now.

        pages: The number of pages.

        outputs: The paths in the site of the files that are others now, or gone.

        problems: Every error and warning, sorted by file and line.

        seconds: How long it took.
    """

    written: bool = False
    pages: int = 0
    outputs: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seconds: float = 0.0


class Rebuilder:
    """
    Builds one guide for as long as its process lives.

    Args:

        guide: The guide folder.

        site: The output folder.
    """

    def __init__(self, guide: Path, site: Path):
        self._guide = guide
        self._site = site
        self._memory = Memory(site)

    def build(self, changed: Collection[Path] = ()) -> Rebuilt:
        """
        Build what has changed. Nothing is raised: whatever is wrong is one of the problems.

        Args:

            changed: The files that are known to have changed; others are looked for.
        """
        started = time.perf_counter()
        rebuilt = Rebuilt()
        try:
            self._memory.forget(changed)
            report = build_site(
                self._guide, self._site, drafts=True, memory=self._memory, copies=False
            )
            rebuilt.written = report.written
            rebuilt.outputs = report.changed
            rebuilt.pages = report.pages
            rebuilt.problems = report.problems
        except SourceErrors as error:
            rebuilt.problems = error.problems
        except OutputBusy as error:
            rebuilt.problems = [Problem(str(self._site), None, f"{error}; then save a file")]
        except LiveguideError as error:
            rebuilt.problems = [Problem(str(self._guide), None, str(error))]
        except OSError as error:
            where = in_site(str(error.filename or self._site), self._site)
            message = f"the site can't be written: {error.strerror or error}"
            rebuilt.problems = [Problem(where, None, message)]
        except Exception as error:
            log.exception("the build has failed")
            self._memory = Memory(self._site)
            what = f"{type(error).__name__}: {error}".rstrip(": ")
            message = f"the build has failed, which is a fault of Liveguide: {what}"
            rebuilt.problems = [Problem(str(self._guide), None, message)]
        rebuilt.seconds = time.perf_counter() - started
        return rebuilt

    def save(self) -> None:
        """Keep what is remembered for the next process."""
        self._memory.save(self._site)

    def is_outdated(self) -> bool:
        """Say whether a file that some page shows has changed since it was built."""
        return self._memory.is_outdated()

    def included(self) -> set[Path]:
        """Return the files outside the guide that its pages show."""
        return {self._guide / uri for uri in read_manifest(self._site).get("included", [])}
