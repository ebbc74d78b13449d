"""
The heads of a handshake, in the form in which its own reader may see them.

What stands in for a person stays hidden: cookies keep their names only. So
does the value of every header that is not known to belong to a handshake,
because a proxy in front may add secrets of its own.
"""

from __future__ import annotations

from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import RequestHandler

HIDDEN = "•••"

_SHOWN = frozenset(
    "host connection upgrade origin pragma cache-control user-agent accept accept-encoding "
    "accept-language sec-websocket-key sec-websocket-version sec-websocket-protocol "
    "sec-websocket-extensions sec-websocket-accept sec-fetch-site sec-fetch-mode sec-fetch-dest "
    "date server content-type content-length retry-after location vary".split()
)

Head = dict[str, Any]
"""`line`, the request or status line, and `headers`, pairs of name and value in order."""


def request_head(request: HTTPServerRequest) -> Head:
    """Return the head of a request."""
    line = f"{request.method} {request.uri} {request.version}"
    return {"line": line, "headers": _shown(request.headers)}


def response_head(handler: RequestHandler) -> Head:
    """Return the head of the response that a handler has sent, or is about to send."""
    line = f"HTTP/1.1 {handler.get_status()} {handler._reason}"
    return {"line": line, "headers": _shown(handler._headers)}


def _shown(headers: HTTPHeaders) -> list[list[str]]:
    return [[name, _value(name.lower(), value)] for name, value in headers.get_all()]


def _value(name: str, value: str) -> str:
    if name == "cookie":
        return "; ".join(_masked(pair) for pair in value.split(";"))
    if name == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return _masked(pair) + semicolon + attributes
    return value if name in _SHOWN else HIDDEN


def _masked(pair: str) -> str:
    """Return a cookie without its value; one without a name is all value (RFC 6265bis, 5.6)."""
    name, equals, _ = pair.strip().partition("=")
    return f"{name}={HIDDEN}" if equals else HIDDEN
