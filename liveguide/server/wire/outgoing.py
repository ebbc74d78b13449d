"""
What is sent to one client: at once where it reads, else from a queue of its own, with bounds.

Nobody waits here for a client. Who wants to can await the future of a message, which is done when
the system has taken it, or the cork, which holds little, and not for long.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tornado.websocket import WebSocketClosedError

from .channel import Channel, nobody
from .cork import cork

_TOGETHER = 64 * 1024
"""Bytes of waiting frames that are given to the system at once."""

_Frame = tuple[bytes | memoryview, "asyncio.Future[None] | None"]


@dataclass(frozen=True)
class QueueLimits:
    """
    What may wait for one client, behind the message that is on its way, which may be of any size.

    What the cork has held is on its way together.

    Attributes:

        messages: How many messages.

        size: How many bytes all of them may have.
    """

    messages: int = 256
    size: int = 1024 * 1024


DEFAULT_LIMITS = QueueLimits()


class Outgoing:
    """
    Sends frames to one client, in order.

    Args:

        channel: Where they go.

        limits: What may wait.

        overflowed: Called when more would have to wait.

        broken: Called when the connection turns out to be broken.

    Attributes:

        taken: The bytes that the system took of what had to wait; it stands still while a client
            does not read.
    """

    __slots__ = (
        "_begun",
        "_broken",
        "_channel",
        "_drained",
        "_held",
        "_limits",
        "_overflowed",
        "_queue",
        "_send",
        "_sent",
        "_size",
        "taken",
    )

    def __init__(
        self,
        channel: Channel,
        limits: QueueLimits,
        overflowed: Callable[[], None],
        broken: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._send = channel.send
        self._limits = limits
        self._overflowed = overflowed
        self._broken = broken
        self._drained = nobody
        self._queue: deque[_Frame] | None = None  # made when a client first reads too slowly
        self._held: list[bytes] | None = None  # by the cork, where nothing else waits
        self._size = 0
        self.taken = 0
        # Bytes of the first frames that must be sent whatever else is dropped: the rest of a
        # frame, and what TLS has not sent, but wants to be given once more.
        self._begun = 0
        self._sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sent.set_result(None)

    def __len__(self) -> int:
        return len(self._queue or ()) + len(self._held or ())

    @property
    def is_stuck(self) -> bool:
        """Whether something waits for the client to read."""
        return bool(self._queue)

    @property
    def size(self) -> int:
        """The bytes that wait."""
        return self._size

    def when_drained(self, drained: Callable[[], None]) -> None:
        """Call somebody whenever all that waited was sent, from now on."""
        self._drained = drained

    def send(self, frame: bytes) -> asyncio.Future[None]:
        """
        Send a message's frame, after those that wait.

        Returns:

            Done when the system or the cork has taken it; fails with `WebSocketClosedError` where
            that won't happen any more, which nobody needs to notice.
        """
        if cork.is_in and not self._queue and self._is_held(frame):
            return self._sent
        if not self._queue:
            try:
                count = self._send(frame)
            except BlockingIOError:
                count = 0
            except OSError:
                self._broken()
                return closed_future()
            if count == len(frame):
                return self._sent
            sending: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._keep([frame], count, sending)
            return sending
        limits, behind = self._limits, self._size - len(self._queue[0][0])
        if len(self._queue) > limits.messages or behind + len(frame) > limits.size:
            self._overflowed()
            return closed_future()
        sending = asyncio.get_running_loop().create_future()
        self._queue.append((frame, sending))
        self._size += len(frame)
        return sending

    def send_control(self, frame: bytes) -> None:
        """Send a control frame, after what waits; it may always wait."""
        if self._queue:
            self._queue.append((frame, None))
            self._size += len(frame)
        else:
            self.send(frame)

    def release(self) -> None:
        """Send what the cork has held, as far as the system takes it; the rest waits."""
        held, self._held = self._held, None
        if held is None:
            return
        data, self._size = b"".join(held), 0
        try:
            count = self._send(data)
        except BlockingIOError:
            count = 0
        except OSError:
            self._broken()
            return
        if count < len(data):
            self._keep(held, count, None)
        else:
            self._drained()

    def drop(self) -> None:
        """Forget what waits, but for what has begun to be sent."""
        if self._held is not None:
            self._held, self._size = None, 0
        if not self._queue:
            return
        begun, kept = self._begun, deque[_Frame]()
        while self._queue and begun > 0:
            kept.append(self._queue.popleft())
            begun -= len(kept[-1][0])
        dropped, self._queue = self._queue, kept
        self._size = sum(len(data) for data, _ in kept)
        for _, sending in dropped:
            if sending is not None:
                _fail(sending)

    def close(self) -> None:
        """Forget all that waits, and call nobody any more: the connection is closed."""
        self._begun = 0
        self.drop()
        self._overflowed = self._broken = self._drained = nobody

    def flush(self) -> None:
        """Send what waits, as far as the system takes it."""
        queue = self._queue
        while queue:
            first = queue[0][0]
            data: bytes | memoryview = first
            if len(queue) > 1 and len(first) < _TOGETHER:
                data = b"".join(self._together())
            try:
                count = self._send(data)
            except BlockingIOError:
                return
            except OSError:
                self._broken()
                return
            if count == 0:  # TLS says so
                self._begun = len(data)
                return
            self._advance(count)
        self._channel.wait_to_write(False)
        self._drained()

    def _is_held(self, frame: bytes) -> bool:
        """Keep a frame until the cork is pulled out; with too much of them, send those instead."""
        if self._size + len(frame) > _TOGETHER:
            self.release()
            return False
        if self._held is None:
            self._held = []
            cork.held.append(self)
        self._held.append(frame)
        self._size += len(frame)
        return True

    def _keep(self, frames: list[bytes], count: int, sending: asyncio.Future[None] | None) -> None:
        """Let frames wait, but for so many of their bytes as the system took."""
        if self._queue is None:
            self._queue = deque()
        self._queue.extend((frame, None) for frame in frames)
        self._queue[-1] = (frames[-1], sending)
        self._size = sum(map(len, frames))
        self._advance(count)
        self._begun = self._size
        self._channel.wait_to_write(True)

    def _together(self) -> list[bytes | memoryview]:
        assert self._queue is not None
        parts, room = [], _TOGETHER
        for data, _ in self._queue:
            room -= len(data)
            if room < 0:
                break
            parts.append(data)
        return parts

    def _advance(self, count: int) -> None:
        """Take off so many bytes that were sent."""
        assert self._queue is not None
        self._size -= count
        self.taken += count
        self._begun = 0
        while self._queue and count >= len(self._queue[0][0]):
            data, sending = self._queue.popleft()
            count -= len(data)
            if sending is not None and not sending.done():
                sending.set_result(None)
        if count:
            data, sending = self._queue[0]
            self._queue[0] = (memoryview(data)[count:], sending)
            self._begun = len(data) - count


def closed_future() -> asyncio.Future[None]:
    """Return the future of a message that can't be sent any more."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _fail(failed)
    return failed


def _fail(sending: asyncio.Future[None]) -> None:
    if not sending.done():
        sending.set_exception(WebSocketClosedError())
        sending.exception()  # so that nothing is logged where nobody awaits it
