"""Commands that are sent to a Redis together, on a connection of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

Command = Sequence[str | bytes | int]


class Pipeline:
    """
    Sends commands together, and returns their answers.

    What redis-py calls a pipeline borrows a connection from a pool each time, and has a timer, or
    even a task, for each thing that it sends or reads.

    Args:

        connection: A connection of redis-py, which is used for nothing else.

        seconds: How long the answers to one lot may take.
    """

    def __init__(self, connection: Any, seconds: float) -> None:
        connection.socket_timeout = None  # which redis-py would look at for each of them
        self._connection = connection
        self._seconds = seconds

    async def run(self, commands: Sequence[Command]) -> list[Any]:
        """
        Do some commands; where Redis answers with an error, that is the result.

        Args:

            commands: Each may be done twice: a Redis may close a connection on which nothing was
                said for long, which shows when something is, and is then connected to anew.

        Raises:

            RedisError: It can't be connected to, or breaks off again.

            TimeoutError: It takes too long.
        """
        async with asyncio.timeout(self._seconds):
            try:
                return await self._run(commands)
            except RedisConnectionError:
                return await self._run(commands)

    async def _run(self, commands: Sequence[Command]) -> list[Any]:
        connection = self._connection
        await connection.send_packed_command(connection.pack_commands(commands))
        return [await self._answer() for _ in commands]

    async def _answer(self) -> Any:
        try:
            return await self._connection.read_response()
        except ResponseError as error:
            return error
