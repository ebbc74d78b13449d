"""The application while its guide is being written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...errors import LiveguideError, Problem
from ...excerpts import described
from ...settings import SETTINGS_FILE, Settings, read_settings
from ..app import SiteApplication
from ..close_codes import SERVICE_RESTART
from ..connection import GuardedConnection
from ..endpoints.loading import Loaded, load_endpoints
from ..endpoints.route import ROUTES_FILE
from ..sessions.sessions import Sessions
from ..tracing.places import Places
from .builder import BuilderProcess
from .news import Change, News, NewsHandler
from .pages import FRONTEND, ScriptHandler, WatchedSite

log = logging.getLogger(__name__)

_AGAIN_AFTER = 1.0  # seconds


class WatchedApplication(SiteApplication):
    """
    A guide's endpoints and its site, both of which follow what its author changes.

    What is wrong is shown, in the page and here; what was right last is served meanwhile.

    Args:

        guide: The guide folder.

        site: The preview of the site, which need not be there yet.

        builder: Builds it, and says what has changed.

        secret: The key that sessions' cookies are signed with.

        proxies: Trusted reverse proxies besides those that the settings name.

        hosts: Names of this server besides those that the settings name.
    """

    def __init__(
        self,
        guide: Path,
        site: Path,
        builder: BuilderProcess,
        *,
        secret: bytes,
        proxies: Iterable[str] = (),
        hosts: Iterable[str] = (),
    ) -> None:
        self.news = News()
        self._guide = guide
        self._site = site
        self._builder = builder
        self._following: asyncio.Task[None] | None = None
        self._is_leaving = False
        self._settings = Settings()
        self._loaded = Loaded()
        self._pending: set[Path] = set()
        self._folders: set[str] = set()
        self._build_problems: list[dict[str, Any]] = []
        self._serve_problems: list[Problem] = []
        places = Places(guide, site)
        super().__init__(
            self._loaded, site, self._settings, Sessions(secret), places, proxies, hosts
        )
        self._traces.tells_messages = True
        self._load_settings()
        self._load_endpoints()

    def site_rules(self, site: Path) -> list[Any]:
        """Return the rules for the site and for what its pages listen to."""
        return [
            (
                r"/_liveguide/dev",
                NewsHandler,
                {"news": self.news, "connections": self.connections, "counts": self.counts},
            ),
            (
                r"/_liveguide/dev/((?:development|lib)/[a-z-]+\.(?:js|css))",
                ScriptHandler,
                {"path": str(FRONTEND)},
            ),
            (r".*", WatchedSite(site, self, self.responses, self.capacity, self.news)),
        ]

    async def __aenter__(self) -> WatchedApplication:
        self._start_following()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_leaving = True
        if self._following is not None:
            self._following.cancel()
            # It is to end, however it does.
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await self._following
        await self._builder.end()

    def _start_following(self) -> None:
        if not self._is_leaving:
            self._following = asyncio.create_task(self._follow())
            self._following.add_done_callback(self._has_ended)

    def _has_ended(self, following: asyncio.Task[None]) -> None:
        """Say that nothing is followed any more, whatever the reason, and begin again."""
        if self._is_leaving:
            return
        error = None if following.cancelled() else following.exception()
        log.error("changes were not followed any more; that begins again", exc_info=error)
        asyncio.get_running_loop().call_later(_AGAIN_AFTER, self._start_following)

    async def _follow(self) -> None:
        """Do what each of the builder's messages asks for."""
        await self._builder.end()  # one that nobody hears any more
        async for message in self._builder.messages():
            try:
                if message["type"] == "changed":
                    self._changed({Path(path) for path in message["paths"]})
                elif message["type"] == "built":
                    self._built(message)
                elif message["type"] == "ended":
                    self._ended(message["status"])
            except Exception:
                log.exception("a change could not be followed")

    def _changed(self, paths: set[Path]) -> None:
        """Load the settings and the endpoints anew, where these files may be theirs."""
        if any(path.name == SETTINGS_FILE for path in paths):
            self._load_settings()
        ours = {path for path in paths if path.suffix == ".py" or path.name == ROUTES_FILE}
        if ours:
            self._pending |= ours
            self._load_endpoints()

    def _built(self, message: dict[str, Any]) -> None:
        """Tell the terminal and the pages what came of a build."""
        self._build_problems = message["problems"]
        for problem in self._build_problems:
            print(_line(problem), file=sys.stderr)
        outputs: list[str] = message["outputs"]
        if message["written"]:
            gone = [x for x in outputs if not (self._site / x).is_file()]
            built = _named([x for x in outputs if x not in gone]) or "nothing new"
            what = f"{message['pages']} pages" if message["first"] else built
            removed = f", removed {_named(gone)}" if gone else ""
            print(f"Built {what}{removed} in {message['seconds'] * 1000:.0f} ms")
        else:
            print("Not built; what was last good is served", file=sys.stderr)
        self._tell(outputs)

    def _ended(self, status: int) -> None:
        what = f"the builder has ended (status {status}); it is started again"
        self._build_problems = [described(Problem(str(self._guide), None, what))]
        self._tell([])

    def _tell(self, outputs: list[str]) -> None:
        folders, self._folders = sorted(self._folders), set()
        problems = [*map(described, self._serve_problems), *self._build_problems]
        unique = {(p["path"], p["line"], p["message"]): p for p in problems}
        was_wrong = bool(self.news.problems)
        self.news.problems = [p for p in unique.values() if p["severity"] == "error"]
        if was_wrong and not self.news.problems:
            print("Fixed: no errors")
        self.news.tell(Change(outputs, folders))

    def _load_settings(self) -> None:
        try:
            self._settings = read_settings(self._guide)
        except LiveguideError:
            return  # the builder shows it
        self.use(self._loaded, self._settings)

    def _load_endpoints(self) -> None:
        """Use the endpoints as the files now say, if nothing is wrong with them."""
        started = time.perf_counter()
        last = self._loaded
        loaded = load_endpoints(self._guide, self._site, last, self._pending)
        self._serve_problems = loaded.problems
        for problem in loaded.problems:
            print(problem, file=sys.stderr)
        if loaded.failed:
            loaded.modules.forget(last.modules)
            return
        self._pending.clear()
        self._loaded = loaded
        self.use(loaded, self._settings)
        changed = [
            connection
            for connection in self.connections
            if isinstance(connection, GuardedConnection)
            and not loaded.is_same(connection._liveguide_endpoint, last)
        ]
        for connection in changed:
            connection.close(SERVICE_RESTART, "its functions have changed")
        last.modules.forget(loaded.modules)
        names, folders = loaded.differences(last)
        self._folders |= {_address(self._guide, folder) for folder in folders}
        if names and last.endpoints:
            took = (time.perf_counter() - started) * 1000
            print(f"Loaded {', '.join(names)} in {took:.0f} ms")


def _address(guide: Path, folder: Path) -> str:
    relative = folder.relative_to(guide).as_posix()
    return "" if relative == "." else f"{relative}/"


def _line(problem: dict[str, Any]) -> str:
    fields = ("path", "line", "message", "severity", "column")
    return str(Problem(*(problem[name] for name in fields)))


def _named(outputs: list[str]) -> str:
    """Name what was built: the pages, or where there are none, the other files."""
    names = [output for output in outputs if output.endswith(".html")] or outputs
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return ", ".join(names)
