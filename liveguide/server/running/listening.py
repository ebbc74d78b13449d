"""The sockets that the command line asks for, or why they can't be had."""

from __future__ import annotations

import argparse
import errno
from collections.abc import Sequence
from socket import socket

from tornado.netutil import bind_sockets

_LAST_PORT = 65_535


class CantListen(Exception):
    """An address can't be had; the message is for the operator."""


def bind(args: argparse.Namespace) -> Sequence[socket]:
    """
    Listen for readers.

    Raises:

        CantListen: The address can't be had.
    """
    try:
        return bind_sockets(args.port, args.address)
    except OSError as error:
        raise CantListen(_unavailable(args.address, args.port, error)) from None


def bind_metrics(args: argparse.Namespace, number: int = 0) -> Sequence[socket]:
    """
    Listen for Prometheus, where that is asked for.

    Args:

        args: The command line.

        number: Which of several processes tells its numbers there: their ports follow each other.

    Raises:

        CantListen: The address can't be had.
    """
    if args.metrics is None:
        return ()
    address, port = args.metrics
    port = port + number if port else 0
    if port > _LAST_PORT:  # which the system would take for a low one
        raise CantListen(f"--metrics: there is no port {port}; begin with a lower one")
    try:
        return bind_sockets(port, address)
    except OSError as error:
        raise CantListen(f"--metrics: {_unavailable(address, port, error)}") from None


def _unavailable(address: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use on {address}; choose another with --port (0: a free one)"
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights; choose one above 1023 with --port"
    reason = error.strerror or str(error)
    return f"the address {address} is not available ({reason}); choose another with --address"
