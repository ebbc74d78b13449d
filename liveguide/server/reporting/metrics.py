"""
The numbers of one process, told to Prometheus on an address of their own.

Loaded only where `--metrics` asks for it. Everybody else counts by additions
(`counts.py`); here the numbers are read, when somebody asks. No label holds what
a stranger has chosen, so that their number is bounded.
"""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from socket import socket

import tornado
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from ... import __version__
from .. import close_codes
from ..admission.origins import is_loopback
from ..app import SiteApplication
from .histogram import Histogram
from .room_metrics import measured, room_metrics

LAG_INTERVAL = 0.25
"""Seconds between two looks at how late the event loop is."""

LONGEST_PAUSE = 120.0
"""
Seconds after which a connection is closed that has sent no whole question. Prometheus asks every
minute or more often; Tornado waits an hour.
"""


class AppCollector(Collector):
    """
    Reads an application's numbers.

    Args:

        app: The application.

        lag: How late its event loop was.

        deliveries: How long the messages of rooms took.
    """

    def __init__(self, app: SiteApplication, lag: Histogram, deliveries: Histogram) -> None:
        self._app = app
        self._lag = lag
        self._deliveries = deliveries

    def collect(self) -> Iterable[Metric]:
        """Yield all that is known now."""
        counts = self._app.counts
        yield InfoMetricFamily(
            "liveguide_build",
            "What runs here.",
            {
                "version": __version__,
                "python": platform.python_version(),
                "tornado": tornado.version,
            },
        )
        yield from self._connections()
        refused = CounterMetricFamily(
            "liveguide_refusals", "Requests and connections that were refused.", labels=["reason"]
        )
        for reason, n in counts.refused.items():
            refused.add_metric([reason], n)
        yield refused
        messages = CounterMetricFamily("liveguide_messages", "Messages.", labels=["direction"])
        messages.add_metric(["in"], counts.messages_in)
        messages.add_metric(["out"], counts.messages_out)
        yield messages
        size = CounterMetricFamily(
            "liveguide_message_bytes", "Bytes of messages.", labels=["direction"]
        )
        size.add_metric(["in"], counts.bytes_in)
        size.add_metric(["out"], counts.bytes_out)
        yield size
        yield from self._handlers()
        yield from room_metrics(self._deliveries)
        lag = HistogramMetricFamily(
            "liveguide_loop_lag_seconds",
            f"How late the event loop was, looked at every {LAG_INTERVAL} s.",
        )
        lag.add_metric([], self._lag.cumulative(), self._lag.total)
        yield lag

    def _connections(self) -> Iterator[Metric]:
        counts = self._app.counts
        yield GaugeMetricFamily(
            "liveguide_connections_open",
            "WebSockets that are open.",
            counts.opened - counts.closed.total(),
        )
        yield CounterMetricFamily(
            "liveguide_connections_opened", "WebSockets that were opened.", counts.opened
        )
        closed = CounterMetricFamily(
            "liveguide_connections_closed", "WebSockets that were closed.", labels=["code"]
        )
        by_label: Counter[str] = Counter()
        for code, n in counts.closed.items():
            by_label[code_label(code)] += n
        for label, n in sorted(by_label.items()):
            closed.add_metric([label], n)
        yield closed
        waiting = [_waiting(connection) for connection in self._app.connections]
        yield GaugeMetricFamily(
            "liveguide_queue_messages",
            "Messages that wait for clients that read slowly.",
            sum(messages for messages, _ in waiting),
        )
        yield GaugeMetricFamily(
            "liveguide_queue_bytes", "Bytes of those messages.", sum(size for _, size in waiting)
        )
        yield GaugeMetricFamily(
            "liveguide_queue_longest_messages",
            "Messages that wait for the slowest client.",
            max((messages for messages, _ in waiting), default=0),
        )

    def _handlers(self) -> Iterator[Metric]:
        counts = self._app.counts
        took = HistogramMetricFamily(
            "liveguide_handler_seconds",
            "How long authors' functions took.",
            labels=["endpoint", "callback"],
        )
        for (endpoint, callback), histogram in (counts.handler_seconds or {}).items():
            took.add_metric([endpoint, callback], histogram.cumulative(), histogram.total)
        yield took
        failed = CounterMetricFamily(
            "liveguide_handler_failures", "Authors' functions that raised.", labels=["endpoint"]
        )
        for endpoint, n in counts.failed.items():
            failed.add_metric([endpoint], n)
        yield failed


def code_label(code: int) -> str:
    """Return a close code's label: clients choose among thousands (RFC 6455, section 7.4.2)."""
    if code in close_codes.KNOWN:
        return str(code)
    return f"{code // 1000}xxx" if 3000 <= code < 5000 else "other"


class _MetricsHandler(RequestHandler):
    """Answers whoever asks for the numbers, in the format that all of Prometheus read."""

    def initialize(self, registry: CollectorRegistry, is_local: bool) -> None:
        self._registry = registry
        self._is_local = is_local

    def prepare(self) -> None:
        """Refuse a page of another site, whose name was pointed at this computer."""
        if self._is_local and not is_loopback(self.request.host_name.strip("[]")):
            raise HTTPError(421)

    def get(self) -> None:
        """Answer with all numbers."""
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(generate_latest(self._registry))


@asynccontextmanager
async def told_to_prometheus(
    app: SiteApplication, sockets: Sequence[socket]
) -> AsyncIterator[None]:
    """
    Answer `/metrics` with an application's numbers, for as long as this lasts.

    Args:

        app: The application, which measures from now on how long authors' functions take.

        sockets: Where to listen.
    """
    app.counts.handler_seconds = {}
    lag = Histogram()
    registry = CollectorRegistry(auto_describe=False)
    deliveries = Histogram()
    registry.register(AppCollector(app, lag, deliveries))
    ProcessCollector(registry=registry)
    host, port = sockets[0].getsockname()[:2]
    arguments = {"registry": registry, "is_local": is_loopback(host)}
    rules = [(r"/metrics", _MetricsHandler, arguments)]
    server = HTTPServer(
        Application(rules, log_function=lambda _: None),
        idle_connection_timeout=LONGEST_PAUSE,
        body_timeout=LONGEST_PAUSE,
    )
    server.add_sockets(sockets)
    print(f"Metrics http://{f'[{host}]' if ':' in host else host}:{port}/metrics")
    measuring = asyncio.ensure_future(_measure(lag))
    try:
        with measured(deliveries):
            yield
    finally:
        measuring.cancel()
        app.counts.handler_seconds = None
        server.stop()
        await server.close_all_connections()


async def _measure(lag: Histogram) -> None:
    """Look how much later than it asked to the loop wakes up a task, again and again."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LAG_INTERVAL
        await asyncio.sleep(LAG_INTERVAL)
        lag.observe(max(0.0, clock() - due))


def _waiting(connection: object) -> tuple[int, int]:
    """Return how many messages, and bytes of them, wait for one client."""
    protocol = getattr(connection, "ws_connection", None)
    waiting: tuple[int, int] = getattr(protocol, "waiting", (0, 0))
    return waiting
