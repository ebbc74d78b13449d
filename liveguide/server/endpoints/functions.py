"""
Endpoints as functions: the WebSocketHandler of a `gramex.yaml`, whose callbacks its `kwargs` name.

For each connection Tornado keeps the order: `open` first and alone, then
`on_message` for one message after the other, then `on_close` once. An
asynchronous callback is awaited before the next begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import tornado.websocket
from tornado.websocket import WebSocketClosedError

from ..wire.protocol import WireProtocol
from ..wire.writer import Write
from .callbacks import Callback
from .leftovers import working_for


class FunctionsHandler(tornado.websocket.WebSocketHandler):
    """Tornado's handler, whose methods are an author's functions."""

    def initialize(self, callbacks: Mapping[str, Callback]) -> None:
        # Authors keep things on the handler, so what is ours is marked.
        self._callbacks = callbacks
        self._is_open = self._is_told = False
        self._write: Write | None = None

    def check_origin(self, origin: str) -> bool:
        """Let in what `origins` does not forbid."""
        return True

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Return what the author's `select_subprotocol` returns."""
        chosen: str | None = self._call("select_subprotocol", subprotocols)
        return chosen

    def get_compression_options(self) -> dict[str, Any] | None:
        """Return what the author's `get_compression_options` returns; `None` is no compression."""
        options: dict[str, Any] | None = self._call("get_compression_options")
        return options

    def open(self, *args: str, **kwargs: str) -> Awaitable[None] | None:
        """Call the author's `open`; what the pattern captured is in `path_args`."""
        self._is_open = True
        protocol = self.ws_connection
        if isinstance(protocol, WireProtocol):
            self._write = protocol.direct_write() or protocol.write_message
        opening: Awaitable[None] | None = self._call("open")
        return opening

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Call the author's `on_message`."""
        callback = self._callbacks.get("on_message")
        return None if callback is None else callback.function(self, message)

    def on_pong(self, data: bytes) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Call the author's `on_pong`."""
        noting: Awaitable[None] | None = self._call("on_pong", data)
        return noting

    def on_close(self) -> Awaitable[None] | None:  # type: ignore[override]  # Tornado awaits it
        """Call the author's `on_close`."""
        self._is_told = True
        closing: Awaitable[None] | None = self._call("on_close")
        return closing

    def write_message(
        self, message: bytes | str | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """
        Send a message as Tornado does, or drop it where its sender can't know better.

        That is until the author's `on_close` is called, and for everybody else after it: a
        broadcast must not fail in its sender because one receiver has left. What works for
        this very connection then gets `WebSocketClosedError`, which ends it.
        """
        if self._write is not None:
            try:
                return self._write(message, binary)
            except WebSocketClosedError:
                pass
        if self._is_open and not (self._is_told and working_for() is self):
            dropped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            dropped.set_result(None)
            return dropped
        raise WebSocketClosedError

    def _call(self, key: str, *values: Any) -> Any:
        callback = self._callbacks.get(key)
        return None if callback is None else callback.function(self, *values)
