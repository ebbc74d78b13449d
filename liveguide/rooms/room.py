"""
A room: whatever is sent to it, everyone in it hears, on whichever process they are.

Here is the part of it that one process has, with its own members.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from . import envelope
from .changes import Changes
from .engine import Accepted, Batch, Entry, Member, MessageTooLarge, Position, Topic
from .following import Following
from .members import Handler, Local, Locals
from .process import Process
from .publishing import publishing
from .resuming import Resuming

log = logging.getLogger(__name__)

MAX_MESSAGE_SIZE = 64 * 1024
"""Bytes of a message, unless a room's `max_message_size` says otherwise."""

MAX_NAME = 64
"""Characters of a member's name: it is told to everybody, and an engine keeps it."""


class Room:
    """
    A room, in this process.

    Attributes:

        name: Its name.

        topic: What is kept of it.

        max_message_size: Bytes of a message, after which `send` raises.
    """

    def __init__(self, name: str, process: Process) -> None:
        _check_text(name, "a room's name")
        self.name = name
        self.topic = Topic(name)
        self.max_message_size = MAX_MESSAGE_SIZE
        self._process = process
        self._locals = Locals(name, self.leave)
        self._listeners: list[Callable[[str | bytes], object]] = []
        self._count = 0
        self._changes = Changes(self._tell_changes)
        self._subscribed: asyncio.Future[Batch] | None = None
        self._is_ready = False  # it is subscribed, and that was confirmed
        self._following = Following(
            name, self._locals, self._read, self._tell_all, self.count, process.tasks
        )

    def __repr__(self) -> str:
        return f"room({self.name!r})"

    # What authors call.

    def send(self, message: str | bytes, *, id: str | None = None) -> Accepted:
        """
        Say something to everyone in the room.

        Args:

            message: Text, or bytes for a binary message.

            id: What tells the message from all others: one that comes again with it is not sent
                again. By default a new one, or in `on_message` that which the client gave.

        Returns:

            Done when the message is accepted, and in a durable room kept, with its position.
            It fails with `NotAccepted`; nobody needs to await it.

        Raises:

            TypeError: The message is neither text nor bytes, or the id is no text.

            ValueError: A text is not Unicode.

            MessageTooLarge: It has more bytes than `max_message_size`.

            NotAccepted: Too much waits already for an engine that is away.
        """
        # What an engine can't send would stand before all that waits after it.
        if not isinstance(message, str | bytes):
            raise TypeError(f"{self!r} takes str or bytes, not {type(message).__name__}")
        if id is not None:
            _check_text(id, "an id")
        size = len(message.encode() if isinstance(message, str) else message)
        if size > self.max_message_size:
            raise MessageTooLarge(
                f"{self!r} takes messages of {self.max_message_size} bytes, but this has {size}"
            )
        if self._listeners and self._subscribed is None:
            self._subscribe()
        working_on = publishing.get()
        if id is None:
            given = "" if working_on is None else working_on.next_id(self.name)
            # Nobody may guess it: who sends something under it first has it in place of this.
            id = given or secrets.token_urlsafe(9)
        accepted = self._process.engine.publish(self.topic, message, id)
        self._process.sent += 1
        if working_on is not None:
            working_on.sending(accepted)
        if not accepted.done():
            accepted.add_done_callback(self._accepted)
        return accepted

    def join(self, handler: Handler, name: str | None = None) -> None:
        """
        Let a connection hear what is sent from now on.

        Args:

            handler: The connection: a Tornado handler, or the `websocket` of an async function.

            name: What others see of it, at most 64 characters; by default it is counted, and not
                named.

        Raises:

            TypeError: The name is no text.

            ValueError: It is not Unicode, or longer.
        """
        if name is not None:
            _check_text(name, "a member's name")
            if len(name) > MAX_NAME:
                raise ValueError(
                    f"a member's name has at most {MAX_NAME} characters, not {len(name)}"
                )
        handler = _handler_of(handler)
        if handler in self._locals or getattr(handler, "ws_connection", self) is None:
            return  # it is in the room already, or has left for good
        resuming: Resuming | None = getattr(handler, "_liveguide_resuming", None)
        member = Member(secrets.token_urlsafe(9), name)
        local = Local(handler, member, resuming, is_live=resuming is None)
        self._locals.add(local)
        self._process.joined.setdefault(handler, set()).add(self)
        engine = self._process.engine
        was_ready = self._is_ready  # if not, all that wait begin when it is: now, or later
        if self._subscribed is None:
            self._subscribe()
        engine.enter(self.topic, member)
        if resuming is not None:
            if not engine.is_up:
                resuming.tell_up(False)
            if was_ready and not local.is_live:
                self._begin(local)

    def leave(self, handler: Handler) -> None:
        """Let a connection hear no more; one that has ended has left already."""
        local = self._locals.pop(_handler_of(handler))
        if local is None:
            return
        self._following.discard(local)
        rooms = self._process.joined[local.handler]
        rooms.discard(self)
        if not rooms:
            del self._process.joined[local.handler]
        self._process.engine.exit(self.topic, local.member)
        if not self._locals and not self._listeners:
            self._unsubscribe()

    def listen(self, listener: Callable[[str | bytes], object]) -> None:
        """Call a function with whatever is said from now on."""
        if listener not in self._listeners:
            self._listeners.append(listener)
            self.listen_now()

    def listen_now(self) -> None:
        """Subscribe for those who listen, once there is an event loop."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._listeners and self._subscribed is None:
            self._subscribe()

    async def members(self) -> Sequence[Member]:
        """
        Return who is in the room, on all processes.

        Raises:

            ConnectionError: The engine is away.
        """
        return await self._process.engine.present(self.topic)

    def count(self) -> int:
        """Return how many are in the room, on all processes, as was told last."""
        return max(self._count if self._locals else 0, len(self._locals))

    # What the engine tells.

    def on_entry(self, epoch: str, entry: Entry) -> None:
        """Tell members a message, once all before it are; what was missed is read first."""
        if epoch and self.topic.is_durable:
            self._following.on_entry(epoch, entry)
        else:
            self._tell_all(entry)

    def on_presence(
        self, count: int, joined: Sequence[Member] = (), left: Sequence[Member] = ()
    ) -> None:
        """Take note of who came and went; clients that resume are told soon."""
        self._count = count
        if self._locals.resuming_count:
            self._changes.add(joined, left)

    def on_up(self, is_up: bool) -> None:
        """Tell clients that resume whether the engine is there, and read what was missed."""
        for local in self._locals:
            if local.resuming is not None:
                local.resuming.tell_up(is_up)
        if is_up and self.topic.is_durable:
            self._following.catch_up()

    # How it is done.

    def _subscribe(self) -> None:
        self._subscribed = subscribed = self._process.engine.subscribe(self.topic)
        if subscribed.done():
            self._has_subscribed(subscribed)
        else:
            subscribed.add_done_callback(self._has_subscribed)

    def _has_subscribed(self, subscribed: asyncio.Future[Batch]) -> None:
        if subscribed is not self._subscribed or subscribed.cancelled():
            return  # all have left meanwhile
        self._is_ready = True
        self._following.begin(subscribed.result())
        for local in self._locals:
            if not local.is_live:
                self._begin(local)

    def _unsubscribe(self) -> None:
        self._subscribed, self._is_ready, self._count = None, False, 0
        self._following.end()
        self._changes.stop()
        self._process.engine.unsubscribe(self.topic)

    def _begin(self, local: Local) -> None:
        if self.topic.is_durable:
            self._following.add(local)
        else:
            self._following.add_without_history(local)

    async def _read(self, after: int, limit: int) -> Batch:
        return await self._process.engine.read(self.topic, after, limit)

    def _tell_all(self, entry: Entry) -> None:
        self._process.heard += 1
        if self._process.observe is not None:
            self._process.observe(entry)
        self._locals.tell_all(entry)
        for listener in self._listeners:
            listener(entry.message)

    def _tell_changes(self, joined: Sequence[str], left: Sequence[str]) -> None:
        text = envelope.members(self.name, self.count(), joined, left)
        for client in self._locals.resuming:
            client.write(text)

    def _accepted(self, accepted: asyncio.Future[Position]) -> None:
        """Log what was not, once, whether or not anybody awaits it."""
        error = None if accepted.cancelled() else accepted.exception()
        if error is not None and getattr(error, "reason", "") != "stopping":
            log.error("%r: a message was not accepted: %s", self, error)


def _handler_of(connection: Any) -> Any:
    """Return a connection's handler, which shows another face to an async function."""
    return getattr(connection, "_liveguide_handler", connection)


def _check_text(text: str, what: str) -> None:
    """Raise where something is no text, or holds half of a surrogate pair, which JSON can write."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is str, not {type(text).__name__}")
    text.encode()
