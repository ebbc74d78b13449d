"""The opening handshake (RFC 6455, section 4.2): what is asked for, and what is answered."""

from __future__ import annotations

import base64
import binascii

from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from .deflate import Agreement, agree


def is_upgrade(request: HTTPServerRequest) -> bool:
    """Say whether a request asks for a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def answer(handler: WebSocketHandler, compresses: bool) -> tuple[str | None, Agreement | None]:
    """
    Set the status and the headers that accept a handshake.

    Args:

        handler: What was asked for, and what chooses the subprotocol.

        compresses: Whether permessage-deflate may be agreed on.

    Returns:

        The subprotocol and the compression that were agreed on, `None` where there is none.

    Raises:

        HTTPError: It is no handshake: 400.
    """
    headers = handler.request.headers
    if handler.request.version == "HTTP/1.0":
        raise HTTPError(400, reason="a handshake needs HTTP/1.1")
    key = headers.get("Sec-WebSocket-Key", "")
    if not headers.get("Host"):
        raise HTTPError(400, reason="a handshake needs a Host")
    if not _is_key(key):
        raise HTTPError(400, reason="Sec-WebSocket-Key must be 16 bytes in base64")
    offered = headers.get("Sec-WebSocket-Protocol", "")
    names = [name.strip() for name in offered.split(",") if name.strip()]
    subprotocol = handler.select_subprotocol(names)
    agreement = agree(headers.get("Sec-WebSocket-Extensions", "")) if compresses else None
    if subprotocol:
        handler.set_header("Sec-WebSocket-Protocol", subprotocol)
    if agreement is not None:
        handler.set_header("Sec-WebSocket-Extensions", agreement.header)
    # Nothing follows that a header could describe (RFC 9110, sections 8.6 and 15.2); Tornado
    # takes out what says of which type it is.
    for name in ("Content-Length", "Transfer-Encoding"):
        handler.clear_header(name)
    handler.set_status(101)
    handler.set_header("Upgrade", "websocket")
    handler.set_header("Connection", "Upgrade")
    handler.set_header("Sec-WebSocket-Accept", WebSocketProtocol13.compute_accept_value(key))
    return subprotocol, agreement


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
