"""
What a process has from its supervisor, where it has one; see `supervising.py`.

There is a line between the two, a pair of sockets. On it a process says what it would tell
systemd. When it ends, the process stops as at SIGTERM: so does it when its supervisor was killed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from socket import socket

from . import systemd

VARIABLE = "LIVEGUIDE_PROCESS"
"""The environment variable that names the descriptors which a process inherits."""

ending = threading.Event()
"""Set when this process was asked to stop, by whomever: it is not asked a second time."""


@dataclass(frozen=True)
class Supervised:
    """
    One of several processes that serve together.

    Attributes:

        number: Which one, from 0.

        is_first: Whether none of them has served yet.

        sockets: Where all of them listen.

        metrics: Where this one tells its numbers, if anywhere.
    """

    number: int
    is_first: bool
    sockets: Sequence[socket]
    metrics: Sequence[socket]


def describe(process: Supervised, line: int) -> str:
    """Return what the variable holds for a process; *line* is its end of the line."""
    sockets = process.sockets, process.metrics
    lists = [",".join(str(one.fileno()) for one in some) for some in sockets]
    return ":".join([str(process.number), str(int(process.is_first)), str(line), *lists])


def supervised() -> Supervised | None:
    """Return what this process has from its supervisor, `None` where there is none."""
    told = os.environ.pop(VARIABLE, "")  # so that no process which it starts takes it for its own
    if not told:
        return None
    number, is_first, line, *lists = told.split(":")
    supervisor = _inherited(line)
    systemd.tell_instead(supervisor)
    threading.Thread(target=_end_with, args=(supervisor,), name="supervisor", daemon=True).start()
    sockets, metrics = ([_inherited(one) for one in some.split(",") if one] for some in lists)
    return Supervised(int(number), is_first == "1", sockets, metrics)


def _inherited(descriptor: str) -> socket:
    """Return a socket that was handed down, and is handed down no further."""
    os.set_inheritable(int(descriptor), False)
    return socket(fileno=int(descriptor))


def _end_with(supervisor: socket) -> None:
    try:
        while supervisor.recv(1):
            pass
    except OSError:
        pass  # it was killed
    if not ending.is_set():
        os.kill(os.getpid(), signal.SIGTERM)
