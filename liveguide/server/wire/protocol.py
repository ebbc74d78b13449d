"""
One WebSocket below a handler: what Tornado's protocol does, within RFC 6455.

A client that breaks the rules is told so with a close frame (1002, 1007, 1009),
one that does not read gets 1013; both cost one line in the log, and nobody else
notices. Handlers work as Tornado's reference says.

Tornado's own protocol makes three futures a frame and a task a message. This
one reads what has come at once, takes a bounded number of messages from it before
others have their turn, and writes to the socket directly.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from time import monotonic
from typing import Any, Protocol

from tornado.httputil import HTTPHeaders
from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol

from ..admission.rates import Rate
from ..close_codes import (
    ABNORMAL_CLOSURE,
    INTERNAL_ERROR,
    NO_STATUS,
    NORMAL_CLOSURE,
    POLICY_VIOLATION,
    TRY_AGAIN_LATER,
)
from ..reporting.counts import Counts
from .channel import Channel
from .cork import cork
from .deflate import Deflater, Inflater
from .frames import BINARY, CLOSE, PING, PONG, ProtocolFault, close_frame, frame, read_close
from .handshake import answer
from .heartbeat import Heartbeat
from .outgoing import DEFAULT_LIMITS, Outgoing, QueueLimits
from .reader import PART, Event, FrameReader
from .stream import Stream
from .writer import Write, Writer

MOST_A_TURN = 16
"""Messages and other frames that are taken from one client before others have their turn."""

CLOSE_SECONDS = 5.0
"""How long a client may take to answer a close frame, as at Tornado's."""

FAIL_SECONDS = 1.0
"""How long one that broke the rules, or does not read, may take to read why."""

_TOO_MANY_FRAMES = "rate: too many control frames, or frames that are short and end no message"

_LONGEST_HEAD = 128 * 1024
"""More than Tornado has read of what follows a handshake, in bytes."""


class Watcher(Protocol):
    """Somebody who is told what is sent without the author's functions."""

    def pinged(self, data: bytes) -> None:
        """Hear of a ping."""

    def closing(self, code: int | None, reason: str | None) -> None:
        """Hear of a close frame that was sent before one came."""


class WireProtocol(WebSocketProtocol):
    """
    The protocol of one connection.

    Args:

        handler: Whose connection it is.

        counts: Where messages, bytes and refusals are counted.

        limits: What may wait for a client that reads slowly.

        watcher: Who is told of pings and of the close.

        frames: How many control frames, and short ones that do not end their message, a client
            may send; `None` for any number.

    Attributes:

        first_code: The code of the close frame that was sent first, by either end, or what
            stands for it.
    """

    handler: WebSocketHandler
    stream: IOStream | None

    def __init__(
        self,
        handler: WebSocketHandler,
        counts: Counts,
        limits: QueueLimits = DEFAULT_LIMITS,
        watcher: Watcher | None = None,
        frames: Rate | None = None,
    ) -> None:
        super().__init__(handler)
        self._counts = counts
        self._limits = limits
        self._watcher = watcher
        self._frames = frames
        self._options = handler.get_compression_options()
        self._subprotocol: str | None = None
        self._deflater: Deflater | None = None
        self._writer: Writer | None = None
        self._heartbeat: Heartbeat | None = None
        self._taken_before = 0  # of what waits to be sent, when the last ping was sent
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Future[Any] | None = None  # while an author's function is awaited
        self._turn: asyncio.Handle | None = None  # this one's next, after others had theirs
        self._pong: bytes | None = None  # the last ping's, while the client does not read
        self._is_failed = False
        self.first_code = ABNORMAL_CLOSURE
        self._close_code: int | None = None
        self._close_reason: str | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # What a handler asks of its protocol.

    @property
    def selected_subprotocol(self) -> str | None:
        """What the handler's `select_subprotocol` chose."""
        return self._subprotocol

    @property
    def ended(self) -> asyncio.Future[None]:
        """Done when nothing can come any more, though what is awaited for the handler may go on."""
        return self._ended

    @property
    def waiting(self) -> tuple[int, int]:
        """How many messages, and bytes of them, wait for a client that does not read."""
        return len(self._outgoing), self._outgoing.size

    async def accept_connection(self, handler: WebSocketHandler) -> None:
        """
        Answer the handshake, and serve the connection until it ends.

        Raises:

            HTTPError: It is no handshake.
        """
        self._subprotocol, agreement = answer(handler, self._options is not None)
        inflater = None
        if agreement is not None:
            self._deflater = Deflater(agreement, self._options or {})
            inflater = Inflater(agreement)
        self._reader = FrameReader(handler.max_message_size, inflater)
        handler.finish()
        stream = handler._detach_stream()
        try:
            self._open(stream, await _take_over(stream))
            # Awaited here and no deeper: each level would cost each idle connection half a KiB.
            await self._ended
            if self._running is not None:
                await asyncio.wait({self._running})
        except (StreamClosedError, TimeoutError):
            stream.close()  # the client has left, or does not read the answer
        except asyncio.CancelledError:
            self._abort()
        finally:
            handler.on_ws_connection_close(self._close_code, self._close_reason)

    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message, as `Writer.write` does, or raise as it does."""
        if self._writer is None:
            raise WebSocketClosedError
        return self._writer.write(message, binary)

    def direct_write(self) -> Write | None:
        """Return what `write_message` only hands a message on to, if there is such a thing."""
        return None if self._writer is None else self._writer.write

    def write_ping(self, data: bytes) -> None:
        """Send a ping of at most 125 bytes, which waits as messages do; ValueError for more."""
        self._outgoing.send(frame(PING, data))
        if self._watcher is not None:
            self._watcher.pinged(data)

    def _beat(self) -> None:
        """Send a ping of the heartbeat's own, which may always wait: they are few."""
        self._taken_before = self._outgoing.taken
        self._outgoing.send_control(frame(PING, b""))
        if self._watcher is not None:
            self._watcher.pinged(b"")

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """
        Say that the connection ends. It does when the client has said so too, or after 5 seconds.

        Raises:

            ValueError: A code or a reason that may not be sent.
        """
        said = None if self.server_terminated else close_frame(code, reason)
        if self._writer is not None:
            self._writer.is_closed = True
        if said is None:
            return
        self.server_terminated = True
        if self.stream is None or self.stream.closed():
            return
        if not self.client_terminated:
            self.first_code = code or (NO_STATUS if reason is None else NORMAL_CLOSURE)
        self._stop_pinging()
        self._outgoing.send_control(said)
        self._cut_after(CLOSE_SECONDS)
        if self._watcher is not None and not self.client_terminated:
            self._watcher.closing(code, reason)

    def is_closing(self) -> bool:
        """Say whether either end has begun to close."""
        return (
            self.server_terminated
            or self.client_terminated
            or (self.stream is not None and self.stream.closed())
        )

    def set_nodelay(self, x: bool) -> None:
        """Send small messages at once, as is the default here, or let the system gather them."""
        assert self.stream is not None
        self.stream.set_nodelay(x)

    def start_pinging(self) -> None:
        """Ping as often as the handler says."""
        interval, timeout = self.handler.ping_interval, self.handler.ping_timeout
        if interval and self._heartbeat is None:
            self._heartbeat = Heartbeat(
                interval,
                interval if timeout is None else timeout,
                self._beat,
                self._unanswered,
            )

    def on_connection_close(self) -> None:
        """Take note that the client has left during the handshake."""
        if self.stream is None:
            self.client_terminated = self.server_terminated = True

    # From the handshake to the end.

    def _open(self, stream: IOStream, early: bytes) -> None:
        """Begin, with what the client has sent already."""
        if self.server_terminated:  # closed before it was open
            stream.close()
            self._end()
            return
        self.stream = stream
        stream.set_close_callback(self._stream_closed)
        stream.set_nodelay(True)
        self._channel = Channel(stream, self._readable, self._writable)
        self._outgoing = Outgoing(self._channel, self._limits, self._overflowed, stream.close)
        self._writer = Writer(self._outgoing, self._deflater, self._counts)
        if early:
            self._reader.feed(early)
        self.start_pinging()
        handler = self.handler
        self._call(partial(handler.open, *handler.open_args, **handler.open_kwargs))
        if self._running is None:
            self._handle()

    def _readable(self) -> None:
        """Read what has come."""
        if self._turn is not None:
            return  # what was read before comes first
        if self._running is not None:
            self._channel.wait_to_read(False)
            return
        try:
            data = self._channel.read()
        except OSError:
            data = b""
        if data == b"":
            self._close_stream()
        elif data is not None and not self.client_terminated:
            self._reader.feed(data)
            self._handle()

    def _handle(self) -> None:
        """Take messages from what was read, as many as make a turn."""
        self._turn = None
        reader = self._reader
        try:
            for _ in range(MOST_A_TURN):
                event = reader.read()
                has_more = event is not None and reader.has_more()
                if has_more:
                    cork.put_in()
                if event is not None:
                    self._take(event)
                    if self._running is not None or self.client_terminated:
                        return
                if not has_more:
                    if self._channel.has_more():
                        self._go_on(self._read_on)
                    return
        except ProtocolFault as fault:
            self._refuse(fault.code, fault.reason, fault.detail, fault.detail)
            return
        finally:
            if cork.is_in:
                cork.pull_out()
        self._go_on(self._handle)

    def _go_on(self, then: Any) -> None:
        self._turn = asyncio.get_running_loop().call_soon(then)

    def _read_on(self) -> None:
        self._turn = None
        self._readable()

    def _take(self, event: Event) -> None:
        """Hand on a message, or see to a control frame; raises ProtocolFault."""
        opcode, data = event
        if opcode <= BINARY:
            self._counts.messages_in += 1
            self._counts.bytes_in += self._reader.size
            self._call(self.handler.on_message, data)
            return
        if opcode != CLOSE and self._frames is not None and self._frames.take(monotonic()) > 0:
            raise ProtocolFault(POLICY_VIOLATION, "rate", _TOO_MANY_FRAMES)
        if opcode == PART:
            return
        assert isinstance(data, bytes)
        if opcode == PING:
            self._answer_ping(data)
            self._call(self.handler.on_ping, data)
        elif opcode == PONG:
            if self._heartbeat is not None:
                self._heartbeat.answered()
            self._call(self.handler.on_pong, data)
        else:
            self._close_code, self._close_reason = read_close(data)
            self.client_terminated = True
            if not self.server_terminated:
                self.first_code = self._close_code or NO_STATUS
            self.close(self._close_code)
            self._drained()

    def _call(self, callback: Any, *values: Any) -> None:
        """Call a method of the handler's; while one is awaited, nothing more is read."""
        try:
            result = callback(*values)
        except (Exception, asyncio.CancelledError):
            self.handler.log_exception(*sys.exc_info())
            self._abort()
            return
        if result is not None:
            self._running = self._run_callback(lambda: result)
            if self._running is not None:
                self._running.add_done_callback(self._ran)

    def _ran(self, _: asyncio.Future[Any]) -> None:
        self._running = None
        if not (self.client_terminated or self._ended.done()):
            self._channel.wait_to_read(True)
            self._handle()

    def _answer_ping(self, data: bytes) -> None:
        """Send a pong. One that does not read gets only the last one (section 5.5.3)."""
        if self.server_terminated:
            return
        if self._outgoing.is_stuck:
            self._pong = data
            self._outgoing.when_drained(self._drained)
        else:
            self._outgoing.send_control(frame(PONG, data))

    def _unanswered(self) -> bool:
        """Give up a client that did not answer a ping, unless its answer could not be read yet."""
        if self._running is not None or self._turn is not None:
            if self._outgoing and self._outgoing.taken == self._taken_before:
                self._overflowed()  # it does not read, and what runs may be waiting for that
                return False
            if self._channel.has_left(self.handler.ping_timeout or 0):
                self._close_stream()
                return False
            return True
        self.close(INTERNAL_ERROR, "ping timed out")
        self._cut_after(FAIL_SECONDS)  # who answers no ping will hardly answer this
        return False

    def _writable(self) -> None:
        self._outgoing.flush()

    def _drained(self) -> None:
        """Go on with what had to wait until all was sent."""
        if self._outgoing:
            self._outgoing.when_drained(self._drained)
        elif self._is_failed:
            # Not closed yet: what the client still sends would make the system reset the
            # connection, and the close frame might be lost.
            self._channel.end_writing()
        elif self.client_terminated:
            self._close_stream()
        elif self._pong is not None:
            data, self._pong = self._pong, None
            self._answer_ping(data)

    def _overflowed(self) -> None:
        waiting = f"{len(self._outgoing)} messages of {self._outgoing.size} bytes wait"
        self._outgoing.drop()
        self._refuse(TRY_AGAIN_LATER, "slow", "messages are not read fast enough", waiting)

    def _refuse(self, code: int, reason: str, told: str, logged: str) -> None:
        """Fail the connection (section 7.1.7): say why, and listen to nothing more."""
        request = self.handler.request
        self._counts.refuse(code, reason, request.path, request.remote_ip or "", logged)
        self.close(code, told)
        self._is_failed = self.client_terminated = True
        self._cut_after(FAIL_SECONDS)
        self._drained()
        self._end()

    def _cut_after(self, seconds: float) -> None:
        """Close the connection when the other end took too long to."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._cut)

    def _cut(self) -> None:
        if self._outgoing:
            self._channel.forget_sent()
        self._close_stream()

    def _close_stream(self) -> None:
        if self.stream is not None:
            self.stream.close()

    def _stream_closed(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._turn is not None:
            self._turn.cancel()
        self._outgoing.close()
        self._channel.close()
        self._end()

    def _end(self) -> None:
        """Have the handler told of the end, which its own task does, whoever has noticed it."""
        if self._writer is not None:
            self._writer.is_closed = True
        self._stop_pinging()
        if not self._ended.done():
            self._ended.set_result(None)

    def _stop_pinging(self) -> None:
        if self._heartbeat is not None:
            self._heartbeat.stop()
            self._heartbeat = None

    async def _receive_frame_loop(self) -> None:
        raise NotImplementedError("there is no loop: see _readable")

    def _process_server_headers(self, key: str | bytes, headers: HTTPHeaders) -> None:
        raise NotImplementedError("this is a server's end")


def wire_protocol(
    handler: WebSocketHandler,
    counts: Counts,
    limits: QueueLimits = DEFAULT_LIMITS,
    watcher: Watcher | None = None,
    frames: Rate | None = None,
    kind: type[WireProtocol] = WireProtocol,
) -> WireProtocol | None:
    """Return the protocol for a handler's `get_websocket_protocol`; see `WireProtocol`."""
    if handler.request.headers.get("Sec-WebSocket-Version") != "13":
        return None  # Tornado answers 426 with the version that is spoken
    return kind(handler, counts, limits, watcher, frames)


async def _take_over(stream: IOStream) -> bytes:
    """
    Return what the client has sent after its handshake, once the answer is on its way.

    Raises:

        StreamClosedError: It has left.
    """
    if stream.writing():
        async with asyncio.timeout(CLOSE_SECONDS):
            await stream.write(b"")
    if isinstance(stream, Stream):
        return stream.let_go()
    reading = asyncio.ensure_future(stream.read_bytes(_LONGEST_HEAD, partial=True))
    early = reading.result() if reading.done() else b""
    if stream.closed():
        raise StreamClosedError
    return early
