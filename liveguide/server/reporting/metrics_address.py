"""Where `--metrics` listens, and whether it may. It loads what tells the numbers only then."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from socket import socket

from ...errors import UsageError
from ..admission.origins import is_loopback
from ..app import SiteApplication

Address = tuple[str, int]


def check_metrics(where: Address | None, is_public: bool) -> None:
    """
    Show the numbers to nobody by accident, and have what is needed to show them.

    Args:

        where: An address and a port, as `--metrics` names them.

        is_public: Whether others than this computer are meant to reach it.

    Raises:

        UsageError: It can't be had like that.
    """
    if where is None:
        return
    if not (is_public or is_loopback(where[0])):
        raise UsageError(
            f"--metrics {where[0]}:{where[1]} would show the numbers to whoever reaches that "
            "address; if that is meant, add --metrics-public"
        )
    if importlib.util.find_spec("prometheus_client") is None:
        raise UsageError(
            "--metrics needs the package prometheus-client; pip install 'liveguide[metrics]'"
        )


def metrics_at(
    sockets: Sequence[socket], app: SiteApplication
) -> AbstractAsyncContextManager[object]:
    """Return what tells Prometheus the numbers of *app* on these sockets, if there are any."""
    if not sockets:
        return nullcontext()
    from .metrics import told_to_prometheus

    return told_to_prometheus(app, sockets)
