"""What the encoder remembers of the last message, and for how long."""

from __future__ import annotations

import asyncio

import pytest

from liveguide.server.wire.encoder import Encoder


@pytest.mark.parametrize(("size", "is_kept"), [(64 * 1024, True), (64 * 1024 + 1, False)])
async def test_a_large_message_is_kept_for_one_turn(size: int, is_kept: bool) -> None:
    """For those that it is sent to at once, and not until somebody sends another."""
    encoder = Encoder()
    message = "x" * size

    encoder.encode(message, False)
    assert encoder.message is message
    await asyncio.sleep(0)

    assert (encoder.message is message) == is_kept
    assert bool(encoder.payload) == bool(encoder.frame) == is_kept


async def test_none_is_no_message() -> None:
    """Not even where nothing is remembered."""
    assert Encoder().message is not None
