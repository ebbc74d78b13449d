"""What one entry of a `gramex.yaml` says, once it is checked; and the keys that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...limits import ENDPOINT_LIMITS
from ..admission.origins import OriginRule
from ..sessions.credentials import Credentials
from ..sessions.membership import Membership

ROUTES_FILE = "gramex.yaml"

SECTIONS = ("url", "rooms")
"""The top-level keys; what `rooms` says is read in `room_settings.py`."""

CALLBACKS: Mapping[str, tuple[str, ...]] = {
    "open": ("handler",),
    "on_message": ("handler", "message"),
    "on_close": ("handler",),
    "on_pong": ("handler", "data"),
    "select_subprotocol": ("handler", "subprotocols"),
    "get_compression_options": ("handler",),
    "on_request": ("handler",),
}
"""The callbacks of a WebSocketHandler, and what each is called with."""

SYNCHRONOUS = {"select_subprotocol", "get_compression_options"}
"""The callbacks whose result is wanted at once: Tornado does not await it."""

ON_REQUEST = "on_request"

ENTRY_KEYS = {"pattern", "handler", "kwargs"}
ROUTE_KEYS = {ON_REQUEST, "origins", "auth", *ENDPOINT_LIMITS}
"""What the `kwargs` of every endpoint may say; what else a class or a function gets is its own."""
KWARGS_KEYS = {*CALLBACKS, *ROUTE_KEYS}


LOGIN, LOGOUT = "SimpleAuth", "LogoutHandler"
FORM_KEYS: Mapping[str, set[str]] = {LOGIN: {"credentials"}, LOGOUT: set()}
"""The handlers that are pages with a form, and what the `kwargs` of each may say."""

MEANINGS: Mapping[str, str] = {
    "pattern": "A regular expression for the path, anchored at both ends; begins with /$YAMLURL/.",
    "handler": "WebSocketHandler, SimpleAuth, LogoutHandler, or a class or an async function, "
    "as in module.Name.",
    "kwargs": "The settings of the handler.",
    "open": "Called with the handler when a connection opens.",
    "on_message": "Called with the handler and each message: a str, or bytes for a binary one.",
    "on_close": "Called with the handler when its connection has closed.",
    "on_pong": "Called with the handler and the bytes that a ping carried, when it is answered.",
    "select_subprotocol": "Called during the handshake with the handler and a list of what the "
    "client offers; returns one of those, or None.",
    "get_compression_options": "Called during the handshake with the handler; returns None for "
    "no compression, or Tornado's options for some.",
    "on_request": "Called with the handler before the handshake, which it may refuse by raising "
    "tornado.web.HTTPError.",
    "origins": "The sites whose pages may connect, such as example.org or '*.example.org'.",
    "auth": "true for readers who have logged in only, or what is asked of them, such as "
    "{role: [admin, editor]}.",
    **{key: limit.meaning for key, limit in ENDPOINT_LIMITS.items()},
    "credentials": "Who may log in: names, and for each the hash that `liveguide password` has "
    "printed and what else is known of the user.",
    "function": "A function as in module.name, an expression, or a list of steps.",
    "args": "What the function is called with; a text that begins with = is an expression.",
    "name": "What later steps call the result of this one.",
}
"""What each key is for, in one sentence; editors show it."""


@dataclass(frozen=True)
class Step:
    """
    One step of a callback.

    Attributes:

        function: A dotted name or a Python expression.

        name: What later steps call its result, if anything.

        line: Where it stands in the file.
    """

    function: str
    name: str | None
    line: int


@dataclass(frozen=True)
class Route:
    """
    One `url:` entry.

    Attributes:

        name: The entry's key.

        pattern: The regular expression that a request's whole path must match.

        path: The `gramex.yaml` as its author would name it.

        line: Where the entry begins.

        folder: The folder that `gramex.yaml` stands in, and the modules beside it.

        handler: `WebSocketHandler`, `SimpleAuth`, `LogoutHandler`, or the dotted
            name of a class or an async function.

        handler_line: Where the handler is named.

        callbacks: The steps of each callback that is given.

        origins: Who may connect from elsewhere; `None` where that is not said.

        auth: What is asked of the user; `None` where there need be none.

        limits: Those of `ENDPOINT_LIMITS` that are given; times in seconds, sizes in bytes.

        arguments: What the class's `initialize` or the function gets besides.

        credentials: Who may log in here; only a `SimpleAuth` has them.
    """

    name: str
    pattern: str
    path: str
    line: int
    folder: Path
    handler: str = "WebSocketHandler"
    handler_line: int = 0
    callbacks: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    origins: tuple[OriginRule, ...] | None = None
    auth: Membership | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    credentials: Credentials | None = None
