"""
How far the members of a room have been told its history, and how they come to be.

Those who are live are all told up to one offset, the cursor. What an engine pushes moves it on by
one; where anything else comes, the history is read. A client that resumes is first told what it
missed, page by page, and becomes live in the moment in which it has heard as much as the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from . import envelope
from .engine import Batch, Entry, Position
from .members import Local, Locals
from .pages import PAGE, Pages, Read

log = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5  # seconds, where the engine is away
_A_MOMENT = 0.02  # seconds, where another is just reading


class Following:
    """
    One room's.

    Args:

        room: The room's name.

        locals: Its members.

        read: Reads the history after an offset, so many messages; raises ConnectionError.

        tell: Tells a message to all who are live.

        count: Says how many are in the room.

        tasks: Where what is being read is kept.
    """

    def __init__(
        self,
        room: str,
        locals: Locals,
        read: Read,
        tell: Callable[[Entry], None],
        count: Callable[[], int],
        tasks: set[asyncio.Task[None]],
    ) -> None:
        self._room = room
        self._locals = locals
        self._read_once = read
        self._tell = tell
        self._count = count
        self._tasks = tasks
        self._is_ready = False
        self._epoch = ""
        self._cursor = 0
        self._is_behind = False
        self._filling: asyncio.Task[None] | None = None
        self._ahead: dict[Local, int] = {}  # who has read more than others have been told
        self._replays: dict[Local, asyncio.Task[None]] = {}
        self._pages = Pages(room, self._read)

    def begin(self, batch: Batch) -> None:
        """Begin where the history stands."""
        self._epoch, self._cursor, self._is_ready = batch.epoch, batch.last, True
        if self._is_behind:
            self.catch_up()

    def end(self) -> None:
        """End: nobody is there to be told."""
        if self._filling is not None:
            self._filling.cancel()
        self._filling = None
        self._is_ready = self._is_behind = False
        self._ahead.clear()

    def add(self, local: Local) -> None:
        """Tell a client that resumes where the room stands and what it missed; then it is live."""
        self._start_for(local, self._replay(local))

    def add_without_history(self, local: Local) -> None:
        """Tell a client that resumes that nothing is kept; it is live at once."""
        self._tell_joined(local, Batch("", 1, 0, 0, ()))
        self._locals.let_hear(local)

    def discard(self, local: Local) -> None:
        """Forget a member who has left, and what was being read for it."""
        self._ahead.pop(local, None)
        replay = self._replays.pop(local, None)
        if replay is not None:
            replay.cancel()

    def on_entry(self, epoch: str, entry: Entry) -> None:
        """Tell a message, once all before it are; what was missed is read first."""
        if not self._is_ready:
            self._is_behind = True
        elif self._filling is not None or epoch != self._epoch or entry.offset > self._cursor + 1:
            self.catch_up()
        elif entry.offset == self._cursor + 1:
            self._tell_next(entry)

    def catch_up(self) -> None:
        """Read what may have been missed, and tell it."""
        self._is_behind = True
        if self._is_ready and self._filling is None:
            self._filling = self._start(self._fill())

    def _tell_next(self, entry: Entry) -> None:
        """Tell the message after the cursor, and let those in who have heard as much."""
        self._cursor = entry.offset
        self._tell(entry)
        if self._ahead:
            self._let_in()

    def _let_in(self) -> None:
        for local, after in [*self._ahead.items()]:
            if after <= self._cursor:
                del self._ahead[local]
                self._locals.let_hear(local)

    async def _fill(self) -> None:
        """Tell what the history has after the cursor, until nothing more has come meanwhile."""
        try:
            while self._is_behind:
                self._is_behind = False
                batch = await self._read(self._cursor, PAGE)
                if batch.epoch != self._epoch:
                    self._reset(batch, "epoch")
                    self._is_behind = True
                    continue
                if batch.first > self._cursor + 1:
                    self._reset(batch, "trimmed")
                for entry in batch.entries:
                    if entry.offset > self._cursor:
                        self._tell_next(entry)
                self._cursor = max(self._cursor, batch.end)
                self._let_in()
                self._is_behind |= self._cursor < batch.last
                await asyncio.sleep(0)
        finally:
            if self._filling is asyncio.current_task():
                self._filling = None

    def _reset(self, batch: Batch, reason: str) -> None:
        """Go on with another history than that which was told, or after a gap in it."""
        said = "room(%r): what was said is missing (%s); it goes on with what is kept"
        log.warning(said, self._room, reason)
        epoch, self._epoch, self._cursor = self._epoch, batch.epoch, batch.first - 1
        for client in self._locals.resuming:
            client.write(envelope.reset(self._room, batch.epoch, batch.first - 1, reason))
        for local, after in self._ahead.items():
            self._start_for(local, self._follow(local, epoch, after))
        self._ahead.clear()

    async def _replay(self, local: Local) -> None:
        batch = await self._read(0, 0)
        if self._locals.holds(local):
            after = self._tell_joined(local, batch)
            await self._follow(local, batch.epoch, after)

    async def _follow(self, local: Local, epoch: str, after: int) -> None:
        """Tell a client what comes after an offset, until it has heard what others have."""
        while self._locals.holds(local):
            if epoch != self._epoch:
                self.catch_up()  # the others have not noticed yet
                await asyncio.sleep(_A_MOMENT)
            elif after >= self._cursor:
                # From here to the end of its turn nothing else can come.
                if after == self._cursor:
                    self._locals.let_hear(local)
                else:
                    self._ahead[local] = after
                return
            page = await self._pages.after(epoch, after)
            if page.epoch != epoch:
                epoch, after = page.epoch, page.first - 1
                local.tell(envelope.reset(self._room, epoch, after, "epoch"))
                continue
            if page.first > after + 1:
                local.tell(envelope.reset(self._room, epoch, page.first - 1, "trimmed"))
            for offset, text in page.texts:
                if offset > after:
                    await local.tell_in_turn(text)
            after = max(after, page.end)

    def _tell_joined(self, local: Local, batch: Batch) -> int:
        """Tell a client where the room stands; return after which offset it goes on."""
        assert local.resuming is not None
        after, recovered, reason = local.resuming.begin(batch)
        at = Position(batch.epoch, batch.last)
        local.tell(envelope.joined(self._room, at, after, self._count(), recovered, reason))
        return after

    async def _read(self, after: int, limit: int) -> Batch:
        """Read, and where the engine is away, again and again."""
        while True:
            try:
                return await self._read_once(after, limit)
            except ConnectionError:
                await asyncio.sleep(_AGAIN_AFTER)

    def _start_for(self, local: Local, work: Coroutine[Any, Any, None]) -> None:
        """Start what is done for one member, until it leaves."""
        self._replays[local] = replay = self._start(work)

        def ended(_: asyncio.Task[None]) -> None:
            if self._replays.get(local) is replay:
                del self._replays[local]
            if not self._replays:
                self._pages.forget()

        replay.add_done_callback(ended)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            said = "room(%r): its history could not be read"
            log.error(said, self._room, exc_info=task.exception())
