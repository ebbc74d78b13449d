"""
What systemd is told by a service of `Type=notify` (sd_notify(3)); without systemd, nobody.

A datagram to the socket that `NOTIFY_SOCKET` names, which needs no library.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time


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
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdigit():
        return
    while True:
        _tell("WATCHDOG=1")
        await asyncio.sleep(int(microseconds) / 2_000_000)


def _tell(state: str) -> None:
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
