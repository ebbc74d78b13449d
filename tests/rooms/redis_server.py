"""A real Redis for a test: on a socket of its own, and to be killed, wiped, held up or filled."""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")


class RedisServer:
    """
    A `redis-server` that keeps what it is told in a folder.

    Args:

        folder: The folder; its socket is there, too, so its path must be short.

        inside: What its command begins with, if it runs elsewhere than here.

    Attributes:

        socket: Where it listens.

        client: Somebody who may do anything to it.
    """

    def __init__(self, folder: Path, inside: Sequence[str] = ()) -> None:
        self._folder = folder
        self._inside = inside
        self.socket = folder / "redis.sock"
        self._process: Process | None = None
        self.client: Any = Redis(unix_socket_path=str(self.socket), decode_responses=True)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    async def start(self, *options: str) -> None:
        """Start it, with what it has kept, and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            *(*self._inside, str(PROGRAM), "--port", "0", "--unixsocket", str(self.socket)),
            *("--dir", str(self._folder), "--save", "", "--appendonly", "yes"),
            *("--appendfsync", "always", *options),  # or what it said might not be written yet
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        async with asyncio.timeout(30):
            while True:
                try:
                    await self.client.ping()
                    return
                except (RedisConnectionError, OSError):
                    await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def refuse_writes(self) -> None:
        """Have it find out that it can't keep anything: where its file should be, is a folder."""
        (self._folder / "dump.rdb").mkdir()
        await self.client.config_set("save", "3600 1")
        await self._save("err")

    async def take_writes(self) -> None:
        """Have it find out that it can again."""
        (self._folder / "dump.rdb").rmdir()
        await self._save("ok")

    async def _save(self, outcome: str) -> None:
        await self.client.bgsave()
        async with asyncio.timeout(30):
            while True:
                found = await self.client.info("persistence")
                if not found["rdb_bgsave_in_progress"]:
                    assert found["rdb_last_bgsave_status"] == outcome
                    return
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        """End it for good."""
        await self.client.aclose()
        if self._process is not None and self._process.returncode is None:
            await self.kill()
