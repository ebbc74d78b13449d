"""Some requests, handshakes and frames that nobody would send, always the same."""

from __future__ import annotations

import asyncio
import logging

import pytest
from server.conftest import Serve

from .client import try_some
from .guide import GUIDE, SITE


async def test_what_is_made_up_is_answered_without_a_fault(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """No status of 5xx, no traceback, no line break in a header, no redirect elsewhere, no hang."""
    served = await serve(GUIDE, SITE, trusted_proxies=["127.0.0.1"])

    tally = await asyncio.to_thread(try_some, served.port, 7, 25)

    assert tally.faults == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert tally.cases > 300
    assert {"101", "200", "400", "404"} <= tally.answers.keys()
