"""Commands that are sent to a Redis together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import UnixDomainSocketConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from liveguide.rooms.redis_pipeline import Pipeline

from .redis_server import RedisServer


@pytest.fixture(name="connection")
async def _connection(redis: RedisServer) -> AsyncIterator[Any]:
    connection = UnixDomainSocketConnection(path=str(redis.socket), protocol=2)
    await connection.connect()
    yield connection
    await connection.disconnect(nowait=True)


async def test_answers_come_in_the_order_of_the_commands(connection: Any) -> None:
    """One for each, and in the next lot none of an earlier one."""
    pipeline = Pipeline(connection, 10)

    first = await pipeline.run([("SET", "a", b"1"), ("GET", "a"), ("INCRBY", "a", 2)])
    second = await pipeline.run([("GET", "a")])

    assert (first, second) == ([b"OK", b"1", 3], [b"3"])


async def test_an_error_is_the_answer_to_one_command(connection: Any) -> None:
    """Those before and behind it have theirs."""
    pipeline = Pipeline(connection, 10)

    before, error, behind = await pipeline.run([("ECHO", "a"), ("NONSENSE",), ("ECHO", "b")])

    assert (before, behind) == (b"a", b"b")
    assert isinstance(error, ResponseError)


async def test_much_is_sent_and_answered_at_once(connection: Any) -> None:
    """More than the system takes in one go."""
    pipeline, much = Pipeline(connection, 10), b"x" * 300_000

    answers = await pipeline.run([("ECHO", much)] * 20)

    assert answers == [much] * 20


async def test_a_connection_that_redis_has_closed_is_replaced(
    connection: Any, redis: RedisServer
) -> None:
    """It does so where nothing was said for long, if its `timeout` is set."""
    pipeline = Pipeline(connection, 10)
    await pipeline.run([("SET", "a", b"1")])
    await redis.client.client_kill_filter(_type="normal", skipme=True)

    assert await pipeline.run([("GET", "a")]) == [b"1"]


async def test_a_redis_that_has_gone_is_said(connection: Any, redis: RedisServer) -> None:
    """It can't be connected to any more."""
    pipeline = Pipeline(connection, 10)
    await redis.kill()

    with pytest.raises(RedisConnectionError):
        await pipeline.run([("GET", "a")])


async def test_answers_that_do_not_come_are_not_waited_for_forever(
    connection: Any, redis: RedisServer
) -> None:
    """The connection is of no use then, and closed."""
    pipeline = Pipeline(connection, 0.1)
    await redis.client.client_pause(3000)

    with pytest.raises(TimeoutError):
        await pipeline.run([("GET", "a")])

    assert not connection.is_connected
