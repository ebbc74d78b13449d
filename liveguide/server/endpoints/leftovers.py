"""
What a connection leaves behind when it has ended: signals that call it, timers that go on.

Nothing of Tornado's or of anybody else's is replaced for this. Signals are told what
they would be told once the handler is garbage; timers are seen by the event loop on
which they are set, which is of a class of our own.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.platform.asyncio import AsyncIOMainLoop
from tornado.websocket import WebSocketHandler

_DEEPEST = 3
_OVER = "_liveguide_is_over"

working: ContextVar[weakref.ref[WebSocketHandler] | None] = ContextVar("working", default=None)
"""The connection that works; tasks and timers that it starts inherit it (PEP 567)."""


def working_for() -> WebSocketHandler | None:
    """Return the connection whose callback runs, or has started what runs; `None` for nobody's."""
    reference = working.get()
    return None if reference is None else reference()


class ConnectionsLoop(AsyncIOMainLoop):
    """
    Tornado's event loop, which stops the timers of connections that have ended.

    A timer is a connection's own if it was started in its name and its function holds its
    handler. One that speaks to many goes on when the reader who started it leaves.
    """

    def initialize(self, **kwargs: Any) -> None:  # type: ignore[override]  # as AsyncIOMainLoop's
        """Begin with no timers, on the asyncio loop that runs."""
        super().initialize(**kwargs)
        self._timers: weakref.WeakKeyDictionary[
            WebSocketHandler, weakref.WeakSet[PeriodicCallback]
        ] = weakref.WeakKeyDictionary()

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> object:
        """Set a timer; where a periodic one is a connection's own, note that, or stop it."""
        timer = getattr(callback, "__self__", None)
        if isinstance(timer, PeriodicCallback):
            owner = working_for()
            if owner is not None and holds(timer.callback, owner):
                self._timers.setdefault(owner, weakref.WeakSet()).add(timer)
                if getattr(owner, _OVER, False):
                    self.asyncio_loop.call_soon(timer.stop)  # it is just starting
        return super().call_at(when, callback, *args, **kwargs)

    def end(self, handler: WebSocketHandler) -> None:
        """Stop the timers of a connection, and those that it still starts."""
        setattr(handler, _OVER, True)
        for timer in self._timers.pop(handler, ()):
            timer.stop()


def clear(handler: WebSocketHandler) -> None:
    """
    Take a connection that has ended out of signals, and stop its timers.

    Whoever holds a method of the handler by a `weakref.WeakMethod` with a callback, as
    blinker's signals do, is called as if the handler were gone, which may take a while.
    """
    for reference in weakref.getweakrefs(handler):
        if isinstance(reference, weakref.WeakMethod) and reference.__callback__ is not None:
            reference.__callback__(reference)
    loop = IOLoop.current(instance=False)
    if isinstance(loop, ConnectionsLoop):
        loop.end(handler)


def holds(function: object, handler: WebSocketHandler) -> bool:
    """
    Say whether a function is of this one connection.

    It is a method of the handler, or of an object that has it as an attribute, or a
    function inside another that has it. What is in lists, sets and dicts does not count:
    who keeps handlers there speaks to many.
    """
    layer = [function]
    for _ in range(_DEEPEST + 1):
        if any(value is handler for value in layer):
            return True
        layer = [inner for value in layer for inner in _inside(value)]
    return False


def _inside(value: object) -> Iterator[object]:
    """Yield what a function was made with, or the attributes of an object."""
    if isinstance(value, MethodType):
        yield value.__self__
        yield value.__func__
    elif isinstance(value, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, FunctionType):
        yield from value.__closure__ or ()
        yield from value.__defaults__ or ()
    elif isinstance(value, CellType):
        try:
            yield value.cell_contents
        except ValueError:
            return  # of a name that has no value yet
    elif not isinstance(value, type | ModuleType):
        yield from getattr(value, "__dict__", {}).values()
