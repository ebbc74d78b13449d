"""
What systemd is told by a service of `Type=notify` (sd_notify(3)); without systemd, nobody.

A datagram to the socket that `NOTIFY_SOCKET` names, which needs no library. Where this process
is one of several (`supervising.py`), its supervisor is told the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time

_supervisor: socket.socket | None = None


def tell_instead(supervisor: socket.socket) -> None:
    """Tell everything to a supervisor from now on, each in a line of its own."""
    global _supervisor
    _supervisor = supervisor


def ready() -> None:
    """Say that the server listens, or that what it loaded anew is in use."""
    _tell("READY=1")


def reloading() -> None:
    """Say that configuration is being read anew; `ready` ends it."""
    _tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")


def stopping() -> None:
    """Say that the server ends."""
    _tell("STOPPING=1")


async def show_life() -> None:
    """
    Tell systemd at half of each `WatchdogSec=` that the event loop goes round, until cancelled.

    Where a function never returns, this stops, and systemd starts the server anew.
    """
    seconds = watchdog_seconds()
    while seconds:
        show_life_once()
        await asyncio.sleep(seconds / 2)


def watchdog_seconds() -> float:
    """Return `WatchdogSec=`, 0 where there is none."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1_000_000 if microseconds.isdigit() else 0.0


def show_life_once() -> None:
    """Say that this process lives."""
    if watchdog_seconds():
        _tell("WATCHDOG=1")


def _tell(state: str) -> None:
    if _supervisor is not None:
        with contextlib.suppress(OSError):  # it was killed
            _supervisor.sendall(f"{state}\n".encode())
        return
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]  # in Linux's abstract namespace
    with (
        contextlib.suppress(OSError),  # the service goes on, whoever listens
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
    ):
        sender.sendto(state.encode(), address)
