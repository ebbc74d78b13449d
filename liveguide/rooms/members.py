"""The members of a room who are connected here, and how they are told what is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from . import envelope
from .engine import Entry, Member
from .resuming import Resuming

log = logging.getLogger(__name__)

Write = Callable[..., Any]
"""Takes a message and, as an option, whether it is binary, as `write_message` does."""


class Handler(Protocol):
    """
    Who can be in a room: a Tornado `WebSocketHandler`.

    It may have a `_liveguide_direct_write` as well, which returns what writes to its client in
    fewer steps, or `None`; where that raises, the message is written by `write_message`.
    """

    def write_message(self, message: str | bytes, binary: bool = False) -> Any:
        """Send a message to the client."""


@dataclass(eq=False)
class Local:
    """
    A member who is connected here.

    Attributes:

        handler: The connection.

        member: What others see of it.

        resuming: What it has besides if its client resumes.

        is_live: Whether it is told what comes; one that resumes must first hear what it missed.
    """

    handler: Handler
    member: Member
    resuming: Resuming | None
    is_live: bool

    def tell(self, text: str) -> asyncio.Future[None]:
        """Send a client that resumes a text that is JSON already; done when it is on its way."""
        assert self.resuming is not None
        return self.resuming.write(text)

    async def tell_in_turn(self, text: str) -> None:
        """Do so, and wait for as long as the client reads slowly; it may have left."""
        sent = self.tell(text)
        if not sent.done():
            await asyncio.wait({sent})


class Locals:
    """
    The members of one room who are connected here.

    Args:

        name: The room's name.

        failed: Called with a member that can't be written to.

    Attributes:

        resuming_count: How many of them resume, those who do not hear what comes yet too.
    """

    def __init__(self, name: str, failed: Callable[[Handler], None]) -> None:
        self._name = name
        self._has_failed = failed
        self._by_handler: dict[Handler, Local] = {}
        # What a message is told to, made when somebody came or went before it.
        self._plain: tuple[Write, ...] | None = None
        self._writers: dict[Write, Handler] | None = None
        self._resuming: tuple[Resuming, ...] | None = None
        self.resuming_count = 0
        self._is_telling = False
        self._untold: list[Entry] = []

    def __len__(self) -> int:
        return len(self._by_handler)

    def __iter__(self) -> Iterator[Local]:
        return iter([*self._by_handler.values()])

    def __contains__(self, handler: object) -> bool:
        return handler in self._by_handler

    def add(self, local: Local) -> None:
        """Take in a member."""
        self._by_handler[local.handler] = local
        self.resuming_count += local.resuming is not None
        self._changed()

    def pop(self, handler: Handler) -> Local | None:
        """Take out a member, if it is one."""
        local = self._by_handler.pop(handler, None)
        if local is not None:
            self.resuming_count -= local.resuming is not None
            self._changed()
        return local

    def holds(self, local: Local) -> bool:
        """Say whether a member is still there."""
        return self._by_handler.get(local.handler) is local

    def let_hear(self, local: Local) -> None:
        """Tell a member what comes from now on."""
        local.is_live = True
        self._changed()

    def _changed(self) -> None:
        self._plain = self._writers = self._resuming = None

    @property
    def resuming(self) -> tuple[Resuming, ...]:
        """The clients that resume, and hear what comes."""
        if self._resuming is None:
            clients = ((x.resuming, x.is_live) for x in self._by_handler.values())
            self._resuming = tuple(client for client, live in clients if client and live)
        return self._resuming

    @property
    def plain(self) -> tuple[Write, ...]:
        """What writes to each of the others."""
        if self._plain is None:
            self._plain = tuple(map(_write_of, self._plain_handlers()))
        return self._plain

    def _plain_handlers(self) -> Iterator[Handler]:
        return (x.handler for x in self._by_handler.values() if x.resuming is None)

    def tell_all(self, entry: Entry) -> None:
        """Tell a message, after those before it: who hears one may send another at once."""
        self._untold.append(entry)
        if self._is_telling:
            return
        self._is_telling = True
        try:
            while self._untold:
                self._tell(self._untold.pop(0))
        finally:
            self._is_telling = False

    def _tell(self, entry: Entry) -> None:
        message = entry.message
        binary = isinstance(message, bytes)
        for write in self.plain:
            try:
                if binary:
                    write(message, True)
                else:
                    write(message)
            except Exception as error:
                self._tell_otherwise(write, message, binary, error)
        clients = self.resuming
        if clients:
            text = envelope.message(self._name, entry)
            for client in clients:
                client.write(text)

    def _tell_otherwise(
        self, write: Write, message: str | bytes, binary: bool, error: Exception
    ) -> None:
        """Tell a member by its handler, who knows what to do where it leaves."""
        if self._writers is None:
            self._writers = dict(zip(self.plain, self._plain_handlers(), strict=True))
        handler = self._writers.get(write)
        if handler is None:
            return  # it has left meanwhile
        try:
            if write == handler.write_message:
                raise error
            handler.write_message(message, binary)
        except Exception as error:
            self._failed(handler, error)

    def _failed(self, handler: Handler, error: Exception) -> None:
        """Pass over a member that can't be written to; the others and the sender go on."""
        connection = getattr(handler, "ws_connection", None)
        if connection is not None and not connection.is_closing():
            said = "room(%r): a member could not be told a message, and leaves"
            log.error(said, self._name, exc_info=error)
        self._has_failed(handler)


def _write_of(handler: Handler) -> Write:
    """Return what writes to a member's client in as few steps as may be."""
    find = getattr(handler, "_liveguide_direct_write", None)
    return (find and find()) or handler.write_message
