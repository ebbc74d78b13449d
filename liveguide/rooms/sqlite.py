"""
The engine of one process whose histories outlive it: an SQLite file.

A thread of its own writes, since a write waits for the disk. Whatever has come by the time that it
is free is written together, so that one wait serves many.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from .engine import Accepted, Batch, Entry, Listener, NotAccepted, Position, Topic
from .local import LocalEngine
from .outbox import MOST_BYTES, MOST_MESSAGES
from .sqlite_log import SQLiteLog

log = logging.getLogger(__name__)

_A_COMMIT = 500  # messages that are written together
_AGAIN_AFTER = 0.5  # seconds, where the file can't be read
_NOTHING = Batch("", 1, 0, 0, ())
_Job = tuple[Callable[[SQLiteLog], Any], Callable[[Any, Exception | None], None]]


class SQLiteEngine(LocalEngine):
    """
    A file.

    Args:

        path: Where it is; it is made if it is not there.
    """

    name = "sqlite"
    is_up = True

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = self._bytes = 0
        self._is_closed = False

    @property
    def waiting(self) -> int:
        """How many messages wait until they are on the disk."""
        return self._waiting

    async def start(self, listener: Listener) -> None:
        """Open the file."""
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._run, args=(opened,), name="rooms", daemon=True).start()
        await opened

    async def stop(self) -> None:
        """Write what still waits, and let go of the file."""
        if not self._is_closed:
            self._is_closed = True
            self._jobs.put(None)
        await asyncio.shield(self._ended)

    def publish(self, topic: Topic, message: str | bytes, id: str) -> Accepted:
        """Keep a message, and tell it once it is on the disk."""
        accepted = Accepted(loop=self._loop)
        if not topic.is_durable:
            self._listener.on_entry(topic.name, "", Entry(0, id, message, time.time()))
            accepted.set_result(Position("", 0))
            return accepted
        if self._is_closed:
            raise NotAccepted("stopping", "the server is stopping")
        size = len(message)
        if self._waiting >= MOST_MESSAGES or self._bytes + size > MOST_BYTES:
            raise NotAccepted("away", f"{self._waiting} messages wait already to be written")
        self._waiting += 1
        self._bytes += size

        def done(result: tuple[Position, Entry | None], error: Exception | None) -> None:
            self._waiting -= 1
            self._bytes -= size
            if error is not None:
                _fail(accepted, NotAccepted("full", f"it could not be written: {error}"))
                return
            position, entry = result
            if entry is not None:
                self._listener.on_entry(topic.name, position.epoch, entry)
            if not accepted.done():
                accepted.set_result(position)

        self._jobs.put((lambda kept: kept.add(topic, message, id), done))
        return accepted

    def subscribe(self, topic: Topic) -> asyncio.Future[Batch]:
        """Say where the room's history stands, once it can be read; it is always told."""
        reading = self._reading(topic, 0, 0)
        return reading if reading.done() else asyncio.ensure_future(self._surely(topic, reading))

    async def _surely(self, topic: Topic, reading: asyncio.Future[Batch]) -> Batch:
        """Wait for what is read; where the disk is full, say so and try until it is not."""
        is_told = False
        while True:
            try:
                return await reading
            except ConnectionError as error:
                if not is_told:
                    log.error("room(%r): its history can't be read yet: %s", topic.name, error)
                is_told = True
                await asyncio.sleep(_AGAIN_AFTER)
                reading = self._reading(topic, 0, 0)

    async def read(self, topic: Topic, after: int, limit: int) -> Batch:
        """Return messages after an offset."""
        return await self._reading(topic, after, limit)

    def _reading(self, topic: Topic, after: int, limit: int) -> asyncio.Future[Batch]:
        reading: asyncio.Future[Batch] = self._loop.create_future()
        if not topic.is_durable or self._is_closed:
            reading.set_result(_NOTHING)
            return reading

        def done(batch: Batch, error: Exception | None) -> None:
            if error is not None:
                _fail(reading, ConnectionError(str(error)))
            elif not reading.done():
                reading.set_result(batch)

        self._jobs.put((lambda kept: kept.read(topic, after, limit), done))
        return reading

    # In the thread.

    def _run(self, opened: asyncio.Future[None]) -> None:
        try:
            kept = SQLiteLog(self._path)
        except Exception as error:
            self._tell(_fail, opened, error)
            return
        self._tell(opened.set_result, None)
        try:
            is_over = False
            while not is_over:
                jobs = [self._jobs.get()]
                while len(jobs) < _A_COMMIT and not self._jobs.empty():
                    jobs.append(self._jobs.get())
                is_over = None in jobs
                self._do(kept, [job for job in jobs if job is not None])
        finally:
            kept.close()
            self._tell(self._ended.set_result, None)

    def _do(self, kept: SQLiteLog, jobs: list[_Job]) -> None:
        """Do some together, and say what became of each once it is on the disk."""
        results: list[Any] = []
        error: Exception | None = None
        try:
            kept.begin()
            results = [job(kept) for job, _ in jobs]
            kept.commit()
        except Exception as wrong:  # whatever it is, the thread goes on
            error = wrong
            kept.roll_back()
            results = [None] * len(jobs)
        self._tell(self._tell_done, [done for _, done in jobs], results, error)

    def _tell_done(
        self, told: Sequence[Callable[..., None]], results: list[Any], error: Exception | None
    ) -> None:
        if len(told) > 1:
            self._listener.on_several()
        for done, result in zip(told, results, strict=True):
            done(result, error)

    def _tell(self, function: Callable[..., object], *values: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *values)
        except RuntimeError:
            log.debug("the event loop has ended before the thread of the rooms")


def _fail(waiting: asyncio.Future[Any], error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
