"""The application: every route in one table, and the way to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import tornado.httputil
import tornado.web
from tornado.routing import PathMatches, Rule

from ..errors import SourceErrors
from ..limits import ENDPOINT_LIMITS, SITE_LIMITS, limits_of
from ..rooms.engine import Exchange
from ..rooms.rooms import rooms
from ..settings import Settings, network
from .admission.addresses import Handshakes
from .admission.admission import Admission
from .admission.capacity import Capacity
from .admission.elsewhere import Elsewhere
from .admission.forwarded import forwarded
from .admission.refusals import RefusalHandler, log_refusal
from .admission.requests import OneTask
from .admission.shared_attempts import SharedAttempts
from .connections import Connections
from .endpoint import Endpoint, Shared
from .endpoints.loading import Loaded, load_endpoints
from .endpoints.route import Route
from .ongoing import Answering
from .reporting.counts import Counts
from .running.health import HealthHandler, ReadyHandler
from .safety import SafetyHeaders
from .sessions.endings import Endings
from .sessions.login import Doors, login_rule
from .sessions.sessions import Sessions
from .sessions.shared import SharedSessions
from .static.sending import Responses
from .static.site import Site, StatusHandler
from .tracing.places import Places
from .tracing.relay import Relay
from .tracing.trace_handler import TraceHandler
from .tracing.traces import Traces

log = logging.getLogger(__name__)

_TO_KEEP = 0.5
"""Seconds in which what readers have said last is kept, where that waits."""

_WHOLE_ADDRESS = re.compile(r"https?://(?P<host>[^/?]*)/?(?P<rest>.*)", re.IGNORECASE)

WEBSOCKET_SETTINGS: dict[str, Any] = {
    "websocket_max_message_size": int(ENDPOINT_LIMITS["max_message_size"].default),
    "websocket_ping_interval": ENDPOINT_LIMITS["ping_interval"].default,
    "websocket_ping_timeout": ENDPOINT_LIMITS["ping_timeout"].default,
}
"""Tornado's settings for WebSockets that are no endpoints, such as a page's trace."""


class SiteApplication(tornado.web.Application):
    """
    A guide's endpoints and its built site.

    Attributes:

        connections: The open WebSockets, traces included.

        capacity: How many connections there are and may be, those for pages included.

        limits: `SITE_LIMITS`, each with its value.

        admission: What every request must pass.

        counts: What this process has done.

        answering: The requests that endpoints and logins are at work on.

        responses: The files that are being sent.

        places: Knows the authors' files.

        loaded: The endpoints that are in use.

        settings_in_use: The settings that are in use.

        endpoint_rules: The rules of the endpoints, which are asked before all others.
    """

    def __init__(
        self,
        loaded: Loaded,
        site: Path,
        settings: Settings,
        sessions: Sessions,
        places: Places,
        proxies: Iterable[str] = (),
        hosts: Iterable[str] = (),
    ) -> None:
        self.connections = Connections()
        self.answering = Answering()
        self.responses = Responses()
        self.capacity = Capacity(self.connections, self.responses)
        self._sessions = sessions
        self._endings = Endings(sessions)
        self._shared_sessions: SharedSessions | None = None
        self._elsewhere: Elsewhere | None = None
        self._attempts = SharedAttempts()
        self._handshakes = Handshakes(limits_of(SITE_LIMITS, settings.limits))
        self.places = places
        self._traces = traces = Traces(places, sessions.trace_keys(secrets.token_urlsafe(9)))
        self.counts = Counts()
        self._more_proxies, self._more_hosts = tuple(proxies), tuple(hosts)
        self.use(loaded, settings)
        health = {"connections": self.connections, "site": site}
        super().__init__(
            [
                (r"/_liveguide/status\.json", StatusHandler),
                (r"/_liveguide/health", HealthHandler, health),
                (r"/_liveguide/ready", ReadyHandler, health),
                (
                    r"/_liveguide/trace",
                    TraceHandler,
                    {
                        "traces": traces,
                        "connections": self.connections,
                        "sessions": sessions,
                        "counts": self.counts,
                    },
                ),
                *self.site_rules(site),
            ],
            transforms=[SafetyHeaders],
            log_function=self._log,
            **WEBSOCKET_SETTINGS,
        )

    def share(self, exchange: Exchange) -> None:
        """Share with other processes what readers think is one; before the engine is started."""
        self._shared_sessions = SharedSessions(exchange, self._sessions, self._endings)
        self._elsewhere = Elsewhere(exchange, self.connections, self._handshakes)
        self._attempts.exchange = exchange
        self._traces.keys = self._sessions.trace_keys(exchange.process)
        self._traces.relayed = Relay(exchange, self._traces.find).trace

    def use(self, loaded: Loaded, settings: Settings) -> None:
        """Answer with these endpoints and settings from now on; what is open stays as it is."""
        self.loaded = loaded
        self.settings_in_use = settings
        self._proxies = [network(name) for name in (*settings.trusted_proxies, *self._more_proxies)]
        rooms.use(loaded.topics)
        self.limits = limits_of(SITE_LIMITS, settings.limits)
        self._sessions.use(self.limits["session_seconds"], self.limits["session_idle_seconds"])
        self._endings.use()
        self.capacity.use(self.limits["connections"])
        self._handshakes.use(self.limits)
        self.admission = Admission(
            settings,
            self.limits,
            hosts=self._more_hosts,
            proxies=self._proxies,
            sockets=self.connections,
            capacity=self.capacity,
            handshakes=self._handshakes,
        )
        self._shared = Shared(
            self._sessions,
            self.connections,
            self._traces,
            self.counts,
            self.admission,
            self._endings,
            self.answering,
        )
        doors = Doors(self._sessions, self._endings, settings, self.answering, self._attempts)
        self.endpoint_rules = [self._rule(endpoint, doors) for endpoint in loaded.endpoints]
        # Most requests are for files, and would try every pattern each time.
        self._rule_for = functools.lru_cache(512)(self._first_rule)

    def _rule(self, endpoint: Endpoint | Route, doors: Doors) -> Rule:
        if isinstance(endpoint, Route):
            pattern, handler, arguments = login_rule(endpoint, doors)
            return Rule(PathMatches(pattern), handler, arguments)
        limits = {**self.limits, **endpoint.route.limits}
        arguments = {"endpoint": endpoint, "shared": self._shared, "limits": limits}
        return Rule(PathMatches(endpoint.route.pattern), endpoint.handler, arguments)

    def _first_rule(self, path: str) -> Rule | None:
        """Return the first endpoint's rule whose pattern fits a request's path."""
        for rule in self.endpoint_rules:
            if isinstance(rule.matcher, PathMatches) and rule.matcher.regex.match(path):
                return rule
        return None

    def site_rules(self, site: Path) -> list[Any]:
        """Return the rules for everything that is no endpoint: the files of the site."""
        return [(r".*", Site(site, self, self.responses, self.capacity))]

    def find_handler(self, request: tornado.httputil.HTTPServerRequest, **kwargs: Any) -> Any:
        """Find out who is asking, and whether they may, before anything else is decided."""
        _shorten_target(request)
        address, scheme = forwarded(request.remote_ip or "", request.headers, self._proxies)
        request.remote_ip = address
        request.protocol = scheme or request.protocol
        self._traces.claim(request)
        refusal = self.admission.refusal(request)
        if refusal is not None:
            return self.get_handler_delegate(request, RefusalHandler, {"refusal": refusal})
        rule = self._rule_for(request.path)
        if rule is not None:
            found = rule.matcher.match(request) or {}
            return self.get_handler_delegate(request, rule.target, rule.target_kwargs, **found)
        return super().find_handler(request, **kwargs)

    def get_handler_delegate(
        self,
        request: tornado.httputil.HTTPServerRequest,
        target_class: type[tornado.web.RequestHandler],
        target_kwargs: dict[str, Any] | None = None,
        path_args: list[bytes] | None = None,
        path_kwargs: dict[str, bytes] | None = None,
    ) -> OneTask:
        """Return what has a request answered by a handler; the arguments are Tornado's."""
        return OneTask(self, request, target_class, target_kwargs, path_args, path_kwargs)

    def log_request(self, handler: tornado.web.RequestHandler) -> None:
        """Log a request that was refused, and tell a page that its handshake was."""
        super().log_request(handler)
        self._traces.refused(handler)

    def _log(self, handler: tornado.web.RequestHandler) -> None:
        if not isinstance(handler, HealthHandler):
            log_refusal(handler, self.counts)

    async def stop(
        self, grace: float = 5.0, hear_out: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """
        Close every WebSocket with 1012, and let what has begun be answered and sent.

        Args:

            grace: How long to wait for the other ends, in seconds.

            hear_out: Waits for the requests of those who have just connected.
        """
        self.connections.end()
        if self._elsewhere is not None:
            self._elsewhere.end()
        try:
            async with asyncio.timeout(grace):
                if hear_out is not None:
                    await hear_out()
                await self.answering.ended()  # a handshake becomes a connection
                await self.connections.ended()
                await self.responses.ended()
        except TimeoutError:
            left = len(self.answering) + len(self.connections) + len(self.responses)
            log.warning("%d connections did not end in %g s and are cut", left, grace)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TO_KEEP):
                if self._shared_sessions is not None:
                    await self._shared_sessions.flush()
                await rooms.stop()


def make_app(
    guide: Path,
    site: Path,
    settings: Settings,
    *,
    secret: bytes,
    older_secrets: Sequence[bytes] = (),
    strict: bool = False,
    trusted_proxies: Iterable[str] = (),
    hosts: Iterable[str] = (),
) -> SiteApplication:
    """
    Read and compile a guide's routes, and put them in front of its site.

    Args:

        guide: The guide folder, with its `gramex.yaml` files.

        site: The built site; it may appear, and be replaced, later.

        settings: The guide's `liveguide.yaml`.

        secret: The key that sessions' cookies are signed with.

        older_secrets: Keys that they were signed with, and that are still believed.

        strict: Whether warnings are errors.

        trusted_proxies: Reverse proxies besides those that *settings* names.

        hosts: Names of this server besides those that *settings* names.

    Raises:

        SourceErrors: Something is wrong in a `gramex.yaml` or in a module beside one.
    """
    loaded = load_endpoints(guide, site)
    if loaded.failed or (strict and loaded.problems):
        raise SourceErrors(loaded.problems)
    places = Places(guide, site)
    sessions = Sessions(secret, older=older_secrets)
    return SiteApplication(loaded, site, settings, sessions, places, trusted_proxies, hosts)


def _shorten_target(request: tornado.httputil.HTTPServerRequest) -> None:
    """Take the host off an address in full: it counts, whatever `Host` says (RFC 9112, 3.2.2)."""
    whole = _WHOLE_ADDRESS.fullmatch(request.uri or "")
    if whole is None:
        return
    request.host = request.headers["Host"] = whole["host"]
    request.host_name = tornado.httputil.split_host_and_port(request.host.lower())[0]
    request.uri = "/" + whole["rest"]
    request.path = request.uri.partition("?")[0]
