"""From a guide's files to its endpoints; anew, while the server goes on, when they have changed."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import Problem, in_order
from ...rooms.engine import Topic
from ..endpoint import Endpoint
from .endpoints import compile_endpoint
from .modules import AuthorModules
from .route import FORM_KEYS, Route
from .routes import read_files


@dataclass(frozen=True)
class Loaded:
    """
    The endpoints of a guide, as its files said at one time.

    Attributes:

        endpoints: The endpoints, and the routes of forms, in the order in which they are asked.

        modules: The authors' modules that they use.

        problems: Everything that is wrong, sorted by file and line.

        topics: What is kept of each room that the files name.
    """

    endpoints: list[Endpoint | Route] = field(default_factory=list)
    modules: AuthorModules = field(default_factory=AuthorModules)
    problems: list[Problem] = field(default_factory=list)
    topics: Mapping[str, Topic] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether something is wrong enough not to be served."""
        return any(problem.severity == "error" for problem in self.problems)

    def is_same(self, endpoint: Endpoint, earlier: Loaded) -> bool:
        """Say whether *endpoint*, of *earlier*, is one of these, with the same code behind it."""
        route = _without_lines(endpoint.route)
        return self.modules.shares(route.folder, earlier.modules) and any(
            isinstance(other, Endpoint) and _without_lines(other.route) == route
            for other in self.endpoints
        )

    def differences(self, earlier: Loaded) -> tuple[list[str], set[Path]]:
        """Return the names, and the folders, of the endpoints that are not the same in both."""
        pairs = ((earlier, self), (self, earlier))
        different = [
            endpoint.route
            for one, other in pairs
            for endpoint in one.endpoints
            if isinstance(endpoint, Endpoint) and not other.is_same(endpoint, one)
        ]
        names = dict.fromkeys(route.name for route in different)
        return sorted(names), {route.folder for route in different}


def load_endpoints(
    guide: Path, site: Path, last: Loaded | None = None, changed: Collection[Path] = ()
) -> Loaded:
    """
    Read every `gramex.yaml` of a guide, and find what it names.

    Args:

        guide: The guide folder.

        site: The built site, which does not count where it is inside the guide.

        last: What was loaded before: modules that have not changed are taken from it, as they are.

        changed: The files that have changed since.
    """
    files = read_files(guide, site)
    problems = files.problems
    _share_signals(files.topics)
    modules = AuthorModules() if last is None else last.modules.renewed(changed)
    endpoints: list[Endpoint | Route] = []
    for route in files.routes:
        if route.handler in FORM_KEYS:
            endpoints.append(route)
            continue
        endpoint, faults = compile_endpoint(route, modules)
        problems += faults
        if endpoint is not None:
            endpoints.append(endpoint)
    return Loaded(endpoints, modules, in_order(problems), files.topics)


def _share_signals(names: Collection[str]) -> None:
    """Make the signals of these names rooms, before authors' modules ask for them."""
    with contextlib.suppress(ImportError):  # where there is no blinker, nobody has a signal
        if names:
            from ...rooms.signals import share

            share(names)


def _without_lines(route: Route) -> Route:
    """Return a route without the lines it stands on, which move when others change."""
    callbacks = {
        key: tuple(dataclasses.replace(step, line=0) for step in steps)
        for key, steps in route.callbacks.items()
    }
    return dataclasses.replace(route, line=0, handler_line=0, callbacks=callbacks)
