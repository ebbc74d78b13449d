"""
Everything that is measured: its unit, its peers, and what should come of it.

A target is a ratio to a peer that runs in turn with us, for machines are noisy and ratios less so;
or a bound of our own figure, where there is no peer.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan, nan
from typing import Any, NamedTuple

SECTIONS = {
    "build": "Building",
    "page": "A page",
    "sockets": "Sockets",
    "files": "Files",
    "start": "Starting",
    "failures": "When things go wrong",
}
"""The tables, in their order; `guide/speed/README.md` has a place for each."""

FLOOR = "floor"
FLOORS = frozenset(
    (
        FLOOR,
        "bare conversion, 2 processes",
        "bare conversion, 1 process",
        "bare conversion of the page",
        "hashing all",
        "hashing all, converting one",
        "one page of 1,700",
        "Tornado alone",
        "in memory",
        "in memory, with a history",
        "where all read",
    )
)
"""Peers that do less than we do: they show what is left to gain, and are nobody's choice."""

_SECOND = "a second of processor time"


class Measure(NamedTuple):
    """
    One thing that is measured.

    Attributes:

        script: The file in `benchmarks/` that does it, without `.py`.

        section: The table that shows it.

        what: What it is, for the table's first column.

        unit: Of its figures.

        most: What ours may be at most.

        least: What ours must be at least.

        peers: To whom it is compared, and the ratio to be reached; `None` where a peer is only
            shown.

        more: Whether more is better. A ratio is then to be reached at least, or else at most.
    """

    script: str
    section: str
    what: str
    unit: str
    most: float | None = None
    least: float | None = None
    peers: Mapping[str, float | None] = {}
    more: bool = False


MEASURES: Mapping[str, Measure] = {
    # Building
    "build": Measure(
        "build_ratio",
        "build",
        "170 pages, all made anew",
        "s",
        peers={
            "bare conversion, 2 processes": 1.0,
            "MkDocs": 0.35,
            "bare conversion, 1 process": None,
        },
    ),
    "one process": Measure(
        "build_ratio",
        "build",
        "the same by one process (`--jobs 1`)",
        "s",
        peers={"bare conversion, 1 process": None},
    ),
    "one page": Measure(
        "build_ratio",
        "build",
        "one page of 170 changed",
        "s",
        0.22,
        # The seconds were set where this floor took 0.12 s; a slower machine shows in the ratio.
        peers={"hashing all, converting one": 1.83},
    ),
    "nothing": Measure(
        "build_ratio", "build", "nothing changed", "s", 0.10, peers={"hashing all": None}
    ),
    "saved": Measure(
        "save_to_served",
        "build",
        "from saving one page of 170 to its being served",
        "ms",
        100,
        peers={"bare conversion of the page": None},
    ),
    "1,700 pages": Measure("build_size", "build", "1,700 pages, all made anew", "s", 9),
    "10,000 pages": Measure(
        "build_size", "build", "one page of 10,000", "ms", peers={"one page of 1,700": 1.2}
    ),
    "memory of 170": Measure(
        "build_size", "build", "memory of the largest process, 170 pages", "MiB", 45
    ),
    "memory of 10,000": Measure(
        "build_size", "build", "memory of the largest process, 10,000 pages", "MiB", 150
    ),
    # A page
    "weight": Measure("page_audit", "page", "a page with live code, all that it loads", "KB", 28),
    "requests": Measure("page_audit", "page", "its requests", "requests", 8),
    "scripts": Measure("page_audit", "page", "its scripts", "KB", 12),
    "still scripts": Measure("page_audit", "page", "scripts of a page without", "KB", 5),
    "index": Measure(
        "page_audit", "page", "search index of this guide, loaded when it is used", "KB", 80
    ),
    "score": Measure(
        "page_audit",
        "page",
        "least score of Lighthouse, any kind, phone and desktop",
        "points",
        None,
        100,
        more=True,
    ),
    "paint": Measure("page_audit", "page", "largest paint on a phone", "s", 1.0),
    "blocked": Measure("page_audit", "page", "time blocked on a phone", "ms", 0),
    "shift": Measure("page_audit", "page", "layout shift", "", 0),
    "axe": Measure("page_audit", "page", "rules of axe broken in either theme", "rules", 0),
    "searchable": Measure(
        "search_speed", "page", "search of 1,700 pages: until its index is made", "ms"
    ),
    "key": Measure("search_speed", "page", "search of 1,700 pages: from a key to results", "ms"),
    # Sockets
    "echo": Measure(
        "echo",
        "sockets",
        "echo of 32 bytes over 100 connections",
        f"messages {_SECOND}",
        peers={
            "plain Tornado": 3.0,
            "websockets": 1.3,
            "aiohttp": None,
            "picows": None,
            FLOOR: None,
        },
        more=True,
    ),
    "echo, slowest": Measure(
        "echo",
        "sockets",
        "slowest of a hundred echoes",
        "ms",
        peers={"plain Tornado": 0.2, "websockets": None, "aiohttp": None},
    ),
    "broadcast": Measure(
        "broadcast",
        "sockets",
        "100 bytes to 1,000 subscribers",
        f"deliveries {_SECOND}",
        peers={
            "plain Tornado": 4.2,
            "websockets": 1.25,
            FLOOR: 0.8,
            "aiohttp": None,
            "picows": None,
        },
        more=True,
    ),
    "broadcast, slowest": Measure(
        "broadcast_latency",
        "sockets",
        "slowest of a hundred deliveries, 8 broadcasts a second",
        "ms",
        peers={"plain Tornado": 0.25, "websockets": None},
    ),
    "stalled, others": Measure(
        "broadcast_latency",
        "sockets",
        "one of 100 stalls: what the others get of all",
        "%",
        None,
        99,
        peers={"plain Tornado": None},
        more=True,
    ),
    "stalled, memory": Measure(
        "broadcast_latency",
        "sockets",
        "one of 100 stalls: memory for it",
        "MiB",
        1,
        peers={"plain Tornado": None},
    ),
    "idle": Measure(
        "connections",
        "sockets",
        "memory of each of 5,000 idle connections",
        "KiB",
        18,
        peers={"plain Tornado": None, "websockets": None},
    ),
    "held": Measure(
        "connections", "sockets", "connections held at once", "", None, 10_000, more=True
    ),
    "accepting": Measure(
        "connections",
        "sockets",
        "accepting",
        f"handshakes {_SECOND}",
        peers={"plain Tornado": 1.0, "websockets": None},
        more=True,
    ),
    "class": Measure(
        "handler_styles", "sockets", "20,000 echoes by a class", "s", peers={"bare Tornado": 1.1}
    ),
    "coroutine": Measure(
        "handler_styles",
        "sockets",
        "20,000 echoes by a coroutine",
        "s",
        peers={"bare Tornado": 1.1},
    ),
    "functions": Measure(
        "handler_styles",
        "sockets",
        "20,000 echoes by functions",
        "s",
        peers={"bare Tornado": None},
    ),
    "room": Measure(
        "rooms",
        "sockets",
        "a room over Redis, 100 bytes to 1,000",
        f"deliveries {_SECOND}",
        peers={"in memory": 0.9},
        more=True,
    ),
    "room, two": Measure(
        "rooms",
        "sockets",
        "the same from two processes",
        f"deliveries {_SECOND} of the busier one",
        peers={"in memory": 1.0},
        more=True,
    ),
    "room, kept": Measure(
        "rooms",
        "sockets",
        "a room over Redis with a history",
        f"deliveries {_SECOND}",
        peers={"in memory, with a history": 0.9},
        more=True,
    ),
    "room, file": Measure(
        "rooms",
        "sockets",
        "a room in a file",
        f"deliveries {_SECOND}",
        peers={"in memory, with a history": None},
        more=True,
    ),
    "room, added": Measure("rooms", "sockets", "what Redis adds to half of all messages", "ms", 1),
    "room, idle": Measure(
        "rooms",
        "sockets",
        "memory of each of 5,000 idle members over Redis",
        "KiB",
        18,
        peers={"in memory": None},
    ),
    # Files
    "file": Measure(
        "static_files",
        "files",
        "a page of 30 KB",
        f"requests {_SECOND}",
        peers={"StaticFileHandler": 2.2, "nginx": None},
        more=True,
    ),
    "304": Measure(
        "static_files",
        "files",
        "its 304",
        f"requests {_SECOND}",
        peers={"StaticFileHandler": 2.2},
        more=True,
    ),
    # Starting
    "start": Measure(
        "start_time",
        "start",
        "until it listens, without a build",
        "s",
        0.35,
        peers={"Tornado alone": None},
    ),
    "start, build asked": Measure(
        "start_time",
        "start",
        "until it listens, with a look whether a build is due",
        "s",
        peers={"Tornado alone": None},
    ),
    "start, memory": Measure(
        "start_time", "start", "memory held then", "MiB", 45, peers={"Tornado alone": None}
    ),
    # When things go wrong
    "silent, others": Measure(
        "silent_clients",
        "failures",
        "slowest of a hundred deliveries among 1,000 silent",
        "ms",
        peers={"where all read": 2.0},
    ),
    "silent, memory": Measure(
        "silent_clients", "failures", "memory for 1,000 silent clients", "MiB", 300
    ),
    "gone": Measure(
        "half_open",
        "failures",
        "of 1,000 half-open clients, found within 40 s",
        "",
        None,
        1000,
        more=True,
    ),
    "told": Measure(
        "restart_herd",
        "failures",
        "of 1,000 readers, told 1012 at SIGTERM",
        "",
        None,
        1000,
        more=True,
    ),
    "ended": Measure("restart_herd", "failures", "until the process has ended", "s", 6),
    "back": Measure("restart_herd", "failures", "until all readers are back", "s", 15),
    "at once": Measure("restart_herd", "failures", "most of them within one second", "%", 20),
    "lost": Measure(
        "durable",
        "failures",
        "of 100,000 messages to 100 readers, 20 servers and 5 Redis killed meanwhile: lost",
        "",
        0,
    ),
    "doubled": Measure("durable", "failures", "heard twice", "", 0),
    "out of order": Measure("durable", "failures", "heard out of order", "", 0),
}
"""All measures by their names, in the order of the tables."""


class Row(NamedTuple):
    """One line of a table: ours beside one peer, or alone."""

    measure: Measure
    ours: float
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None
    target: str = ""
    verdict: str = ""


def rows_of(name: str, found: Mapping[str, Any] | None) -> list[Row]:
    """
    Return the lines of one measure.

    Args:

        name: The measure.

        found: What was found, as `results.noted` has it; `None` where nothing was.

    Returns:

        A line for its bound, if it has one, and one for each peer. Where nothing was found, one
        line for each target, with a figure that is no number.
    """
    measure = MEASURES[name]
    ours = _number(found["ours"] if found else None)
    theirs = found["peers"] if found else {}
    rows = []
    bound = measure.most if measure.most is not None else measure.least
    if bound is not None or not measure.peers:
        is_least = measure.least is not None
        rows.append(Row(measure, ours, target=_target(bound, is_least)))
        if bound is not None:
            rows[0] = rows[0]._replace(verdict=_verdict(ours, bound, is_least))
    for peer, ratio_asked in measure.peers.items():
        its = theirs.get(peer, {})
        ratio = _number(its.get("ratio"))
        if ratio_asked is not None:
            verdict = _verdict(ratio, ratio_asked, measure.more)
        else:
            is_told = peer not in FLOORS and not isnan(ratio)
            verdict = _compared(ratio, measure.more) if is_told else ""
        target = "" if ratio_asked is None else _target(ratio_asked, measure.more)
        rows.append(Row(measure, ours, peer, _number(its.get("figure")), ratio, target, verdict))
    return rows


def _number(figure: float | None) -> float:
    return nan if figure is None else figure


def _target(bound: float | None, is_least: bool) -> str:
    return "" if bound is None else f"{'≥' if is_least else '≤'} {bound:,g}"


def _verdict(figure: float, bound: float, is_least: bool) -> str:
    if isnan(figure):
        return "not measured"
    return "reached" if (figure >= bound if is_least else figure <= bound) else "missed"


def _compared(ratio: float, more: bool) -> str:
    return "the peer is better" if (ratio < 1) == more and ratio != 1 else ""
