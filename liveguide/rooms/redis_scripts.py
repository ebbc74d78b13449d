"""
What Redis does for a room in one step, with nothing between: the scripts in `lua/`.

Keys of a room begin with `liveguide:{NAME}:`. `at` is a hash of its epoch and its last offset;
`log` a stream of what is kept, whose ids are the offsets; `id:ID` remembers a message that was
accepted; `members` is a hash of who is there; `live` the channel of what is said and who comes,
with `@` and the number of the database where that is not 0: Redis has channels for all together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError, OutOfMemoryError, ResponseError

Call = tuple[Sequence[bytes], Sequence[Any]]
"""The keys and the arguments of a script."""

_LUA = Path(__file__).parent / "lua"
_UNWILLING = re.compile(r"(^|-)(OOM|MISCONF) ")  # in the middle, Redis 6 says so of a script


def _script(*names: str) -> str:
    return "\n".join((_LUA / f"{name}.lua").read_text() for name in names)


READ = _script("where", "read")
PUBLISH = _script("where", "publish")
TELL = _script("tell")
PRESENCE = _script("presence")
BEAT = _script("beat")
REAP = _script("reap")


def key(room: str, *what: str) -> bytes:
    """Return one of a room's keys."""
    return ":".join([f"liveguide:{{{room}}}", *what]).encode()


def live(room: str, suffix: str) -> bytes:
    """Return a room's channel, whose *suffix* says in which database the room is."""
    return key(room, "live") + suffix.encode()


def is_full(error: object) -> bool:
    """Say whether Redis takes nothing new: its memory is full, or it can't write to its disk."""
    return isinstance(error, OutOfMemoryError) or (
        isinstance(error, ResponseError) and _UNWILLING.search(str(error)) is not None
    )


class Scripts:
    """
    Runs scripts in a Redis, which is given each once.

    Args:

        redis: The client, of `redis.asyncio`.
    """

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._shas: dict[str, str] = {}

    def forget(self) -> None:
        """Give Redis all of them anew: it may be another, or have forgotten them."""
        self._shas.clear()

    async def sha(self, script: str) -> str:
        """Return by what Redis knows a script."""
        if script not in self._shas:
            loaded = await self._redis.script_load(script)
            self._shas[script] = loaded if isinstance(loaded, str) else loaded.decode()
        return self._shas[script]

    async def run(self, script: str, keys: Sequence[bytes], values: Sequence[Any]) -> Any:
        """Run a script; what is wrong is raised as redis-py does."""
        try:
            return await self._redis.evalsha(await self.sha(script), len(keys), *keys, *values)
        except NoScriptError:
            self.forget()
            return await self._redis.evalsha(await self.sha(script), len(keys), *keys, *values)

    async def run_all(self, script: str, calls: Sequence[Call]) -> list[Any]:
        """Run a script for each of some calls, all at once; an error stands in a result's place."""
        sha = await self.sha(script)
        async with self._redis.pipeline(transaction=False) as pipeline:
            for keys, values in calls:
                pipeline.evalsha(sha, len(keys), *keys, *values)
            results: list[Any] = await pipeline.execute(raise_on_error=False)
        if any(isinstance(result, NoScriptError) for result in results):
            self.forget()  # the next ones are given it
        return results
