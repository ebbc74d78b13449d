"""What the command line of the server may say. It loads nothing that only a server needs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..broker import check_broker
from ..hosts import host_pattern
from ..settings import network

_DESCRIPTION = (
    "Serve a guide's built site, and the WebSocket endpoints that the gramex.yaml "
    "files in the guide define. The site is built first when it is missing or older "
    "than the guide."
)
_EPILOG = (
    "Stop with Ctrl-C: every socket is closed with 1012, which tells clients to come back soon."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give a parser, of `site_server.py` or of the command `serve`, the options of the server."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.set_defaults(program=parser.prog.removesuffix(".py"))
    parser.add_argument(
        "guide", nargs="?", type=Path, default=Path("guide"), help="the guide folder (guide)"
    )
    parser.add_argument("--site", type=Path, default=Path("site"), help="the built site (site)")
    parser.add_argument(
        "--port", type=_port, default=8888, help="the port to listen on, 0 for a free one (8888)"
    )
    parser.add_argument(
        "--address",
        default="127.0.0.1",
        help="the address to listen on (127.0.0.1: this computer only)",
    )
    parser.add_argument(
        "--certfile",
        type=Path,
        metavar="PEM",
        help="serve https: and wss: with the certificate in this file, "
        "which may hold its key as well",
    )
    parser.add_argument(
        "--keyfile", type=Path, metavar="PEM", help="the file with the certificate's private key"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--no-build", action="store_true", help="serve the site as it is, however old")
    how.add_argument(
        "--watch",
        action="store_true",
        help="for authors: build what changes, reload it in open pages, show errors there",
    )
    parser.add_argument(
        "--strict", action="store_true", help="do not start when a gramex.yaml has warnings"
    )
    parser.add_argument(
        "--log-format",
        choices=("human", "json"),
        default="human",
        help="the log as lines for people, or as one JSON object a line (human)",
    )
    parser.add_argument(
        "--host",
        type=_host,
        action="append",
        default=[],
        metavar="NAME",
        help="answer to this name, besides those that liveguide.yaml names, addresses, and "
        "localhost; may be repeated",
    )
    parser.add_argument(
        "--broker",
        type=_broker,
        metavar="ADDRESS",
        help="the engine of rooms: memory, sqlite:PATH or redis://HOST:PORT/DATABASE; "
        "with a password in it, name it in LIVEGUIDE_BROKER instead (memory)",
    )
    parser.add_argument(
        "--broker-optional",
        action="store_true",
        help="start without a Redis that does not answer, and connect to it when it comes",
    )
    parser.add_argument(
        "--processes",
        type=_count,
        default=1,
        metavar="N",
        help="serve with so many processes, which share a Redis: see --broker (1)",
    )
    parser.add_argument(
        "--metrics",
        type=_metrics_address,
        metavar="[ADDRESS:]PORT",
        help="tell Prometheus the numbers of this process on an address of their own; "
        "each of several processes has a port, from this one on",
    )
    parser.add_argument(
        "--metrics-public",
        action="store_true",
        help="let --metrics listen where other computers reach it",
    )
    parser.add_argument(
        "--trusted-proxy",
        type=_proxy,
        action="append",
        default=[],
        metavar="ADDRESS",
        help="believe the forwarding headers of this reverse proxy, or network of proxies, "
        "besides those that liveguide.yaml names; may be repeated",
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number up to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1024):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, from 1 on")
    return int(text)


def _host(text: str) -> str:
    try:
        return host_pattern(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _broker(text: str) -> str:
    try:
        return check_broker(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _metrics_address(text: str) -> tuple[str, int]:
    address, _, port = text.rpartition(":")
    return address.strip("[]") or "127.0.0.1", _port(port)


def _proxy(text: str) -> str:
    try:
        network(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an address or a network; write it as 127.0.0.1 or 10.0.0.0/8"
        ) from None
    return text
