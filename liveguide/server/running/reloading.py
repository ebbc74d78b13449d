"""
Reading a guide's configuration anew while its server serves.

Settings, every `gramex.yaml`, the functions whose files have changed, and the
certificate. Connections that are open go on, with the functions that they opened
with; who connects from then on gets the new ones. The pages need no reload: the
site is found anew for each request.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from pathlib import Path

from tornado.httpserver import HTTPServer

from ...errors import Problem, SourceErrors, UsageError
from ...settings import read_settings
from ..app import SiteApplication
from ..endpoints.loading import Loaded, load_endpoints
from ..reporting.logs import event
from .tls import tls_context

log = logging.getLogger(__name__)

_EVENT = event("reload")
_ALL_OF_THEM = event("reload", "", 1_000)  # what is wrong is shown whole, as at the start

Versions = dict[Path, tuple[int, int, int]]


class Reload:
    """
    Brings an application up to its guide's files, whenever it is called.

    Args:

        app: The application.

        guide: The guide folder.

        site: The built site.

        strict: Whether warnings are errors, as at the start.

        certificate: The files of certificate and key, `None` without TLS.
    """

    def __init__(
        self,
        app: SiteApplication,
        guide: Path,
        site: Path,
        *,
        strict: bool = False,
        certificate: tuple[Path | None, Path | None] = (None, None),
    ) -> None:
        self._app = app
        self._guide = guide
        self._site = site
        self._strict = strict
        self._certificate = certificate
        self._versions = _versions(guide)

    async def __call__(self, server: HTTPServer) -> None:
        """
        Use what the files now say; where something is wrong with them, say so and go on.

        Args:

            server: Listens for the application; it shows the new certificate from then on.
        """
        started = time.perf_counter()
        last = self._app.loaded
        # In a thread: importing takes time in which readers should not wait.
        loaded, versions = await asyncio.to_thread(self._load, last)
        problems = [*loaded.problems]
        failed = loaded.failed or (self._strict and bool(loaded.problems))
        settings, tls = self._app.settings_in_use, server.ssl_options
        try:
            settings = read_settings(self._guide)
        except SourceErrors as error:
            problems += error.problems
            failed = True
        except UsageError as error:
            problems.append(Problem(str(self._guide), None, str(error)))
            failed = True
        try:
            tls = tls_context(*self._certificate)
        except UsageError as error:
            problems.append(Problem(str(self._certificate[0]), None, str(error)))
            failed = True
        for problem in problems:
            level = logging.ERROR if problem.severity == "error" else logging.WARNING
            log.log(level, "%s", problem, extra=_ALL_OF_THEM)
        if failed:
            loaded.modules.forget(last.modules)
            log.error("the configuration is not used: what was loaded before goes on", extra=_EVENT)
            return
        server.ssl_options = tls
        self._versions = versions
        # The old modules stay in `sys.modules`: open connections go on with them, and what they
        # import inside a function is looked for there.
        self._app.use(loaded, settings)
        names, _ = loaded.differences(last)
        log.info(
            "read the configuration anew in %.0f ms: %s",
            (time.perf_counter() - started) * 1000,
            f"{', '.join(names)} changed" if names else "no endpoint has changed",
            extra=_EVENT,
        )

    def _load(self, last: Loaded) -> tuple[Loaded, Versions]:
        versions = _versions(self._guide)
        changed = {path for path, _ in versions.items() ^ self._versions.items()}
        return load_endpoints(self._guide, self._site, last, changed), versions


def _versions(guide: Path) -> Versions:
    """Return what tells whether a Python file of the guide has changed."""
    versions: Versions = {}
    for folder, folders, names in os.walk(guide):
        folders[:] = [name for name in folders if not name.startswith(".")]  # say, a .venv
        for name in names:
            if name.endswith(".py"):
                with contextlib.suppress(OSError):  # removed just now
                    stat = os.stat(os.path.join(folder, name))
                    version = stat.st_mtime_ns, stat.st_size, stat.st_ino
                    versions[Path(folder, name)] = version
    return versions
