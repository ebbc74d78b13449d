"""
Listen until a signal says to stop; then leave in time, whatever authors' functions do.

SIGINT and SIGTERM stop the server: nobody is accepted any more, every WebSocket is
closed with 1012, what is being sent is sent, and the process ends. A second one
waits for nobody. SIGHUP reads the configuration anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from socket import socket, socketpair
from types import FrameType
from typing import Any

from ...rooms.engine import Engine
from ...rooms.rooms import rooms
from ..admission.accepting import BoundedServer
from ..app import SiteApplication
from ..calls import only_closed
from ..endpoints.leftovers import ConnectionsLoop
from ..wire.cork import cork
from . import supervised, systemd
from .watchdog import Watchdog

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds that other ends have to answer the close, and files to be sent."""

DEADLINE = 5.8
"""Seconds from the first signal after which the process ends, whatever still runs in it."""

_TO_LEAVE = 0.5  # seconds

_GARBAGE_THRESHOLDS = (5_000, 10, 10)
"""
For `gc.set_threshold`: a hundred handshakes at once bring so many new objects, and so many an
author's functions may leave behind that hold each other, some with a message of up to 64 KiB.
"""

_ENDS = (signal.SIGINT, signal.SIGTERM)


async def serve(
    app: SiteApplication,
    server: BoundedServer,
    sockets: Sequence[socket],
    beside: AbstractAsyncContextManager[object],
    reload: Callable[[], Awaitable[None]] | None = None,
    engine: Engine | None = None,
    *,
    is_announced: bool = True,
) -> None:
    """
    Serve, with what goes on *beside* it, until a signal says to stop; then cut off nobody.

    Args:

        app: What answers; it is told to stop.

        server: Listens for it.

        sockets: Where it listens.

        beside: Goes on for as long as the server serves.

        reload: Called after each SIGHUP, one call after the other. Without it, and at a
            terminal, which sends SIGHUP as it closes, that signal ends the process as ever.

        engine: Behind rooms; it is started before anybody can come.

        is_announced: Whether the address is printed.

    Raises:

        EngineUnavailable: It can't be used.
    """
    signals = _Signals()
    renew = signals.hang_up() if reload is not None and not os.isatty(0) else None
    ConnectionsLoop()  # from now on Tornado's loop, in this thread
    asyncio.get_running_loop().set_exception_handler(_log_failure)
    if engine is not None:
        rooms.process.hold = cork.put_in_for_some_turns
        await rooms.start(engine)
    server.add_sockets(sockets)
    gc.freeze()  # what is loaded is no garbage, and is not looked at again and again
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    if is_announced:
        announce(sockets[0], server.ssl_options is not None)
    systemd.ready()
    tasks = [asyncio.ensure_future(systemd.show_life())]
    if reload is not None and renew is not None:
        tasks.append(asyncio.ensure_future(_reloading(renew, reload)))
    with Watchdog(app.places, lambda: app.limits["blocking_seconds"]):
        async with beside:
            await signals.stop.wait()
        systemd.stopping()
        for task in tasks:
            task.cancel()
        server.stop()
        # A second Ctrl-C does not wait for anybody.
        stopped = asyncio.ensure_future(app.stop(GRACE, server.hear_out))
        ends = {stopped, asyncio.ensure_future(signals.hurry.wait())}
        _, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for waits in waiting:
            waits.cancel()
        await server.close_all_connections()
        await _leave()


def _log_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log a task that failed; one that only wrote to a reader who has left, ends quietly."""
    error = context.get("exception")
    if error is None or not only_closed(error):
        loop.default_exception_handler(context)


async def _reloading(renew: asyncio.Event, reload: Callable[[], Awaitable[None]]) -> None:
    """Reload whenever that was asked for, once for all that asked meanwhile."""
    while True:
        await renew.wait()
        renew.clear()
        systemd.reloading()
        try:
            await reload()
        except Exception:
            log.exception("the configuration could not be read anew; the old one stays")
        systemd.ready()


class _Signals:
    """
    What signals ask for, as events.

    Attributes:

        stop: SIGINT or SIGTERM has come: the server stops.

        hurry: A second one has come: nobody is waited for.
    """

    def __init__(self) -> None:
        self.stop, self.hurry = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._deadline = _Deadline()
        for number in _ENDS:
            _on_signal(number, self._end)

    def hang_up(self) -> asyncio.Event:
        """Return what is set at each SIGHUP, which ends the process no more."""
        renew = asyncio.Event()
        _on_signal(signal.SIGHUP, lambda: self._soon(renew.set))
        return renew

    def _end(self) -> None:
        supervised.ending.set()
        self._deadline.begin()
        self._soon(lambda: (self.hurry if self.stop.is_set() else self.stop).set())

    def _soon(self, function: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(function)


class _Deadline:
    """
    Ends the process a fixed time after a signal has asked for that.

    In a thread of its own: a function that blocks the event loop, or a thread of an
    author's that never ends, keeps a process for ever otherwise. Python's own handlers
    wait for C code, such as a long query of a database; the number of each signal is
    written to this thread's socket before that. What blocks, the watchdog says.
    """

    def __init__(self) -> None:
        self._numbers, self._told = socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._wait, name="deadline", daemon=True).start()

    def begin(self) -> None:
        """Begin, if that has not been: an author's code may have set another `set_wakeup_fd`."""
        with contextlib.suppress(OSError):  # full: it has begun long ago
            self._told.send(bytes([signal.SIGTERM]))

    def _wait(self) -> None:
        while self._numbers.recv(1)[0] not in _ENDS:
            pass  # another signal
        time.sleep(DEADLINE)
        os._exit(0)


def _on_signal(number: signal.Signals, function: Callable[[], None]) -> None:
    """
    Call *function* at a signal.

    It is called between two steps of whatever Python runs just then: the event loop's own
    way waits for an author's function that blocks.
    """

    def called(_number: int, _frame: FrameType | None) -> None:
        function()

    signal.signal(number, called)


async def _leave() -> None:
    """Cancel what still runs; what can't be cancelled must not keep the process."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=_TO_LEAVE)
    stubborn = [task for task in left if not task.done()]
    if stubborn:
        log.error("%d functions go on, though they were cancelled: the process ends", len(stubborn))
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


def announce(bound: socket, is_secure: bool) -> None:
    """Print the address that a socket listens on."""
    host, port = bound.getsockname()[:2]
    scheme = "https" if is_secure else "http"
    print(f"Serving {scheme}://{f'[{host}]' if ':' in host else host}:{port}/")
