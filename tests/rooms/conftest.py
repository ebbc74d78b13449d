"""Fixtures for rooms: a served guide, and a Redis."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.conftest import _serve as _serve

from .redis_server import PROGRAM, RedisServer


@pytest.fixture(name="redis")
async def _redis() -> AsyncIterator[RedisServer]:
    """Return a Redis that runs, of this test alone."""
    if PROGRAM is None:
        pytest.skip("there is no redis-server here")
    with tempfile.TemporaryDirectory() as folder:  # its path is short enough for a socket's
        server = RedisServer(Path(folder))
        await server.start()
        yield server
        await server.end()
