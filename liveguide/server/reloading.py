"""
Reading a guide's configuration anew while its server serves.

Settings, every `gramex.yaml`, the functions whose files have changed, and the
certificate. Connections that are open go on, with the functions that they opened
with; who connects from then on gets the new ones. The pages need no reload: the
site is found anew for each request.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from pathlib import Path

from ..errors import Problem, SourceErrors, UsageError
from ..settings import read_settings
from .app import SiteApplication
from .loading import load_endpoints
from .logs import event
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

        tls: The context that the server's listener holds, `None` without TLS.

        certificate: The files of certificate and key that it was made from.
    """

    def __init__(
        self,
        app: SiteApplication,
        guide: Path,
        site: Path,
        *,
        strict: bool = False,
        tls: ssl.SSLContext | None = None,
        certificate: tuple[Path | None, Path | None] = (None, None),
    ) -> None:
        self._app = app
        self._guide = guide
        self._site = site
        self._strict = strict
        self._tls = tls
        self._certificate = certificate
        self._versions = _versions(guide)

    async def __call__(self) -> None:
        """Use what the files now say; where something is wrong with them, say so and go on."""
        started = time.perf_counter()
        problems: list[Problem] = []
        versions = _versions(self._guide)
        changed = {p for p, _ in versions.items() ^ self._versions.items() if p.suffix == ".py"}
        last = self._app.loaded
        # In a thread: importing takes time in which readers should not wait.
        loaded = await asyncio.to_thread(load_endpoints, self._guide, self._site, last, changed)
        problems += loaded.problems
        failed = loaded.failed or (self._strict and bool(loaded.problems))
        settings = self._app.settings_in_use
        try:
            settings = read_settings(self._guide)
        except SourceErrors as error:
            problems += error.problems
            failed = True
        except UsageError as error:
            problems.append(Problem(str(self._guide), None, str(error)))
            failed = True
        try:
            tls_context(*self._certificate)
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
        certfile, keyfile = self._certificate
        if self._tls is not None and certfile is not None:
            self._tls.load_cert_chain(certfile, keyfile or certfile)
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


def _versions(guide: Path) -> Versions:
    """Return what tells whether a Python file of the guide has changed."""
    versions: Versions = {}
    for path in guide.rglob("*.py"):
        try:
            stat = path.stat()
        except OSError:
            continue  # removed just now
        versions[path] = stat.st_mtime_ns, stat.st_size, stat.st_ino
    return versions
