"""The application: every route in one table, and the way to stop it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tornado.httputil
import tornado.web
import tornado.websocket
from tornado.routing import PathMatches, Rule

from ..errors import SourceErrors
from ..settings import Settings, network
from .attempts import Attempts
from .connection import Endpoint, Shared
from .counts import Counts
from .forwarded import forwarded
from .loading import Loaded, load_endpoints
from .login import Doors, login_rule
from .logs import event, visible
from .ongoing import Ongoing
from .places import Places
from .route import DEFAULT_PING_INTERVAL, DEFAULT_PING_TIMEOUT, Route
from .sessions import Sessions
from .site import Manifest, SiteHandler, StatusHandler
from .trace import TraceHandler, Traces

log = logging.getLogger(__name__)

RESTARTING = 1012
"""The close code that says: come back soon (IANA's WebSocket close code registry)."""

WEBSOCKET_SETTINGS: dict[str, Any] = {
    # In bytes, after which a connection is closed with 1009. Tornado's 10 MiB is a lot to buffer
    # for strangers.
    "websocket_max_message_size": 64 * 1024,
    "websocket_ping_interval": DEFAULT_PING_INTERVAL,
    "websocket_ping_timeout": DEFAULT_PING_TIMEOUT,
}
"""Tornado's settings for WebSockets. Compression stays off: it costs 200 KiB a connection."""


class SiteApplication(tornado.web.Application):
    """
    A guide's endpoints and its built site.

    Attributes:

        connections: The open WebSockets, traces included.

        counts: What this process has done.

        responses: The files that are being sent.

        warnings: What the routes hold that was skipped.

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
    ) -> None:
        self.connections: Ongoing[tornado.websocket.WebSocketHandler] = Ongoing()
        self.responses: Ongoing[SiteHandler] = Ongoing()
        self._sessions = sessions
        self._attempts = Attempts()
        self._traces = traces = Traces(places)
        self.counts = Counts()
        self._shared = Shared(sessions, self.connections, traces, self.counts)
        self._more_proxies = tuple(proxies)
        self.use(loaded, settings)
        super().__init__(
            [
                (r"/_liveguide/status\.json", StatusHandler),
                (
                    r"/_liveguide/trace",
                    TraceHandler,
                    {"traces": traces, "connections": self.connections, "sessions": sessions},
                ),
                *self.site_rules(site),
            ],
            log_function=_log_request,
            **WEBSOCKET_SETTINGS,
        )

    def use(self, loaded: Loaded, settings: Settings) -> None:
        """Answer with these endpoints and settings from now on; what is open stays as it is."""
        self.warnings = loaded.problems
        self._proxies = [network(name) for name in (*settings.trusted_proxies, *self._more_proxies)]
        doors = Doors(self._sessions, self.connections, settings, self._attempts)
        self.endpoint_rules = [self._rule(endpoint, doors) for endpoint in loaded.endpoints]

    def _rule(self, endpoint: Endpoint | Route, doors: Doors) -> Rule:
        if isinstance(endpoint, Route):
            pattern, handler, arguments = login_rule(endpoint, doors)
            return Rule(PathMatches(pattern), handler, arguments)
        arguments = {"endpoint": endpoint, "shared": self._shared}
        return Rule(PathMatches(endpoint.route.pattern), endpoint.handler, arguments)

    def site_rules(self, site: Path) -> list[Any]:
        """Return the rules for everything that is no endpoint: the files of the site."""
        files = {"site": site, "manifest": Manifest(site), "responses": self.responses}
        return [(r"(.*)", SiteHandler, files)]

    def find_handler(self, request: tornado.httputil.HTTPServerRequest, **kwargs: Any) -> Any:
        """Find out who is asking before anything else is decided."""
        address, scheme = forwarded(request.remote_ip or "", request.headers, self._proxies)
        request.remote_ip = address
        request.protocol = scheme or request.protocol
        self._traces.claim(request)
        for rule in self.endpoint_rules:
            found = rule.matcher.match(request)
            if found is not None:
                return self.get_handler_delegate(request, rule.target, rule.target_kwargs, **found)
        return super().find_handler(request, **kwargs)

    def log_request(self, handler: tornado.web.RequestHandler) -> None:
        """Log a request that has ended, and tell a page that its handshake was refused."""
        super().log_request(handler)
        self._traces.refused(handler)

    async def stop(self, grace: float = 5.0) -> None:
        """
        Close every WebSocket with 1012, and let what is being sent be sent.

        Args:

            grace: How long to wait for the other ends, in seconds.
        """
        for connection in self.connections:
            connection.close(RESTARTING, "the server is restarting")
        try:
            async with asyncio.timeout(grace):
                await self.connections.ended()
                await self.responses.ended()
        except TimeoutError:
            left = len(self.connections) + len(self.responses)
            log.warning("%d connections did not end in %g s and are cut", left, grace)


def make_app(
    guide: Path,
    site: Path,
    settings: Settings,
    *,
    secret: bytes,
    strict: bool = False,
    trusted_proxies: Iterable[str] = (),
) -> SiteApplication:
    """
    Read and compile a guide's routes, and put them in front of its site.

    Args:

        guide: The guide folder, with its `gramex.yaml` files.

        site: The built site; it may appear, and be replaced, later.

        settings: The guide's `liveguide.yaml`.

        secret: The key that sessions' cookies are signed with.

        strict: Whether warnings are errors.

        trusted_proxies: Reverse proxies besides those that *settings* names.

    Raises:

        SourceErrors: Something is wrong in a `gramex.yaml` or in a module beside one.
    """
    loaded = load_endpoints(guide, site)
    if loaded.failed or (strict and loaded.problems):
        raise SourceErrors(loaded.problems)
    places = Places(guide, site)
    return SiteApplication(loaded, site, settings, Sessions(secret), places, trusted_proxies)


def _log_request(handler: tornado.web.RequestHandler) -> None:
    """Write one line for a request that went wrong, none for the others."""
    status = handler.get_status()
    if status < 400:
        return
    refusal = getattr(handler, "logged_refusal", "") or getattr(handler, "refusal", "")
    request = handler.request
    log.warning(
        "%d %s %r from %s%s",
        status,
        request.method,
        request.path,  # without the query, which may hold what opens a door
        request.remote_ip,
        f": {visible(refusal)}" if refusal else "",
        extra=event(
            "request",
            status=status,
            method=request.method,
            path=request.path,
            address=request.remote_ip,
            reason=refusal,
        ),
    )
