"""What the command line of the load tool may say. It loads nothing that only a run needs."""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from .marks import LEAST_SIZE
from .tally import MODES

_DESCRIPTION = """\
Connect many clients to a WebSocket server, let some of them send messages at a
steady rate, and tell what became of every one: who heard it, how soon, and
whether it was lost, doubled or out of order.

Any server will do that sends back what it is sent, or tells it to others; it
may put text around it. Ask only servers that are yours.
"""

_EPILOG = """\
exit status:
  0   everybody connected, and stayed; everything was delivered, once and in order
  1   something was not
  2   the command line can't be used, or nobody could connect

examples:
  liveguide load ws://localhost:8888/websockethandler/messages
  liveguide load wss://example.org/chat --clients 1000 --rate 20 --duration 60
  liveguide load ws://localhost:8888/rooms/talk --resume --messages 10000
"""

_OURS = {"connection", "upgrade", *(f"sec-websocket-{x}" for x in ("key", "version", "extensions"))}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give the parser of the command `load` its options."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "addresses",
        metavar="ADDRESS",
        nargs="+",
        type=_address,
        help="the address of the server; clients take several in turns",
    )
    parser.add_argument(
        *("--clients", "-n"), metavar="N", type=_count, default=100, help="clients (default: 100)"
    )
    parser.add_argument(
        *("--rate", "-r"),
        metavar="R",
        type=_number,
        default=10.0,
        help="messages a second, of all publishers together (default: 10)",
    )
    parser.add_argument(
        *("--duration", "-d"),
        metavar="SECONDS",
        type=_number,
        help="how long they send (default: 10; with --messages, until all are sent)",
    )
    parser.add_argument(
        "--messages", metavar="COUNT", type=_count, help="how many they send, all together"
    )
    parser.add_argument(
        "--size", metavar="BYTES", type=_size, default=100, help="of a message (default: 100)"
    )
    parser.add_argument(
        "--publishers",
        metavar="P",
        type=_count,
        help="how many of the clients send (default: all, at most 1,000)",
    )
    parser.add_argument(
        "--connect-rate",
        metavar="R",
        type=_number,
        default=500.0,
        help="connections that are opened a second (default: 500)",
    )
    parser.add_argument(
        "--mode",
        choices=MODES,
        help="who hears a message: all, all but its sender, or its sender (default: found out)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="come back when the connection is lost, as clients of our rooms do: nothing is lost",
    )
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=_number,
        default=10.0,
        help="give up when nothing has come for so long (default: 10)",
    )
    parser.add_argument(
        "--header",
        metavar="NAME:VALUE",
        action="append",
        default=[],
        type=_header,
        help="a header of the opening handshake, such as a cookie; may be repeated",
    )
    parser.add_argument("--origin", metavar="ORIGIN", help="the Origin of the opening handshake")
    parser.add_argument("--json", metavar="PATH", type=Path, help="write the result there, as JSON")


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.fragment:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a WebSocket; write it as ws://localhost:8888/chat"
        )
    if parts.username is not None:
        raise argparse.ArgumentTypeError(
            "an address with a password is not sent; give it as --header 'Authorization: ...'"
        )
    return text


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _size(text: str) -> int:
    size = _count(text)
    if size < LEAST_SIZE:
        raise argparse.ArgumentTypeError(
            f"a message needs {LEAST_SIZE} bytes for its mark, and {text} is less"
        )
    return size


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    value = value.strip()
    if not (colon and _HEADER_NAME.fullmatch(name)) or not value.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} is not a header; write it as 'Name: value'")
    if name.lower() in _OURS:
        raise argparse.ArgumentTypeError(f"the header {name} is the handshake's own")
    return name, value
