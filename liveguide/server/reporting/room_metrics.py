"""The numbers of rooms, and of the engine behind them, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

from ...rooms.engine import Entry
from ...rooms.rooms import rooms
from .histogram import Histogram


@contextmanager
def measured(took: Histogram) -> Iterator[None]:
    """Measure, while this lasts, how long messages take from the engine to members here."""

    def observe(entry: Entry) -> None:
        took.observe(max(0.0, time.time() - entry.sent))  # two clocks, it may be

    rooms.process.observe = observe
    try:
        yield
    finally:
        rooms.process.observe = None


def room_metrics(took: Histogram) -> Iterator[Metric]:
    """Yield what is known of rooms now, and how long messages *took* to come."""
    process = rooms.process
    engine = process.engine
    messages = CounterMetricFamily(
        "liveguide_room_messages", "Messages of rooms.", labels=["engine", "direction"]
    )
    messages.add_metric([engine.name, "sent"], process.sent)
    messages.add_metric([engine.name, "heard"], process.heard)
    yield messages
    waiting = GaugeMetricFamily(
        "liveguide_room_waiting_messages",
        "Messages that wait until the engine accepts them.",
        labels=["engine"],
    )
    waiting.add_metric([engine.name], engine.waiting)
    yield waiting
    up = GaugeMetricFamily(
        "liveguide_room_engine_up", "Whether the engine can be reached.", labels=["engine"]
    )
    up.add_metric([engine.name], engine.is_up)
    yield up
    delivery = HistogramMetricFamily(
        "liveguide_room_delivery_seconds",
        "How long messages took from the engine to members here.",
    )
    delivery.add_metric([], took.cumulative(), took.total)
    yield delivery
