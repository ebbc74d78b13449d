"""
From bytes to messages: a client's frames, checked as RFC 6455 asks.

It never touches a socket: bytes go in as they come, messages and control
frames come out. What a client may not do is noticed with the first byte that
shows it, and what is kept of a message is never more than its limit.
"""

from __future__ import annotations

import codecs

from .deflate import Inflater
from .frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    TEXT,
    not_utf8,
    too_big,
    violation,
)
from .masking import unmask

Event = tuple[int, str | bytes]
"""An opcode, and what came with it: a `str` for `TEXT`, `bytes` for all others."""

PART = 0x10
"""What stands for an opcode where a short frame has come that does not end its message."""

_SHORT = 126
"""Bytes. Frames with fewer cost no less time than a message, and next to nothing to send."""

_OPCODES = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
_RESERVED = 0x70
_MASKED = 0x80
_FINAL_TEXT = FIN | TEXT
_utf8 = codecs.getincrementaldecoder("utf-8")


class FrameReader:
    """
    Reads what one client sends.

    Args:

        most: The bytes that a message may have.

        inflater: Undoes permessage-deflate, where that was agreed on.

    Attributes:

        size: The bytes that the last message took on the wire, without its headers.
    """

    __slots__ = (
        "_data",
        "_fragments",
        "_inflater",
        "_is_final",
        "_is_short",
        "_mask",
        "_most",
        "_remaining",
        "_start",
        "size",
    )

    def __init__(self, most: int, inflater: Inflater | None = None) -> None:
        self._most = most
        self._inflater = inflater
        self._data = b""
        self._start = 0  # of what was not read yet
        self._fragments: _Fragments | None = None  # the message that has begun
        self._remaining = 0  # of the payload of a data frame that has come in part
        self._is_final = self._is_short = False
        self._mask = b""
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Take what came; only when all that was fed before is read."""
        self._data = self._data[self._start :] + data if self._start < len(self._data) else data
        self._start = 0

    def has_more(self) -> bool:
        """Say whether more has come than was read, if only in part; keep nothing if not."""
        if self._start < len(self._data):
            return True
        self._data, self._start = b"", 0
        return False

    def read(self) -> Event | None:
        """
        Return the next message, control frame or `PART`; `None` where more must come first.

        Raises:

            ProtocolFault: The client broke the protocol. Nothing may be read any more.
        """
        while True:
            if self._remaining:
                if self._start == len(self._data):
                    self._keep_rest()
                    return None
                event = self._read_part()
                if event is not None:
                    return event
                continue
            data, start = self._data, self._start
            have = len(data) - start
            if have < 2:
                self._keep_rest()
                return None
            first, second = data[start], data[start + 1]
            # Most messages are short and come whole.
            if first == _FINAL_TEXT and 128 <= second < 254 and self._fragments is None:
                size = second - 128
                if size + 6 <= have and size <= self._most:
                    begin = start + 6
                    self._start = end = begin + size
                    self.size = size
                    try:
                        return TEXT, unmask(data[start + 2 : begin], data[begin:end]).decode()
                    except UnicodeDecodeError:
                        raise not_utf8("a text message") from None
            self._check(first, second)
            size = second & 0x7F
            begin = start + (2 if size < 126 else 4 if size == 126 else 10)
            if len(data) < begin:
                self._keep_rest()
                return None
            if size >= 126:
                size = self._long_size(data[start + 2 : begin])
            opcode = first & 0x0F
            if not opcode & 0x8:
                self._check_size(size, compressed=bool(first & RSV1))
            if len(data) < begin + 4:
                self._keep_rest()
                return None
            mask = data[begin : begin + 4]
            begin += 4
            if opcode & 0x8:
                if len(data) < begin + size:
                    self._keep_rest()
                    return None
                self._start = begin + size
                return opcode, unmask(mask, data[begin : begin + size])
            self._start = begin
            if opcode != CONTINUATION:
                inflater = self._inflater if first & RSV1 else None
                self._fragments = _Fragments(opcode, self._most, inflater)
            self._is_final = bool(first & FIN)
            self._is_short = size < _SHORT
            self._mask = mask
            self._remaining = size
            if size == 0:
                event = self._end_frame()
                if event is not None:
                    return event

    def _keep_rest(self) -> None:
        """Keep nothing but the part of a header, or of a control frame, that has come."""
        self._data = self._data[self._start :]
        self._start = 0

    def _read_part(self) -> Event | None:
        """Take what has come of a data frame's payload; return what `_end_frame` does."""
        assert self._fragments is not None
        end = min(self._start + self._remaining, len(self._data))
        part = self._data[self._start : end]
        self._fragments.add(unmask(self._mask, part))
        self._remaining -= len(part)
        self._start = end
        if self._remaining:
            turn = len(part) % 4
            self._mask = self._mask[turn:] + self._mask[:turn]
            return None
        return self._end_frame()

    def _end_frame(self) -> Event | None:
        """Return the message that a frame ends, or `PART`."""
        fragments = self._fragments
        assert fragments is not None
        if not self._is_final:
            return (PART, b"") if self._is_short else None
        self._fragments = None
        message = fragments.end()
        self.size = fragments.size
        return fragments.opcode, message

    def _check(self, first: int, second: int) -> None:
        """Raise where the first two bytes of a header can't be (section 5.2)."""
        opcode = first & 0x0F
        if opcode not in _OPCODES:
            raise violation(f"the opcode {opcode:#x} is reserved")
        is_data_start = opcode in (TEXT, BINARY)
        may_be_set = RSV1 if self._inflater is not None and is_data_start else 0
        if first & _RESERVED & ~may_be_set:
            raise violation("a reserved bit is set")
        if not second & _MASKED:
            raise violation("a client's frame is not masked")
        if opcode & 0x8:
            if not first & FIN:
                raise violation("a control frame is fragmented")
            if second & 0x7F >= 126:
                raise violation("a control frame has more than 125 bytes")
        elif is_data_start and self._fragments is not None:
            raise violation("a message begins before the last one has ended")
        elif opcode == CONTINUATION and self._fragments is None:
            raise violation("a continuation continues nothing")

    def _long_size(self, written: bytes) -> int:
        size = int.from_bytes(written, "big")
        if size >> 63:
            raise violation("a length has its highest bit set")
        if size < (126 if len(written) == 2 else 65536):
            raise violation("a length is not written in the fewest bytes")
        return size

    def _check_size(self, size: int, compressed: bool) -> None:
        fragments = self._fragments
        if fragments is not None:
            compressed = fragments.is_compressed
            size += fragments.size
        # What can't be compressed grows by five bytes in 16 KiB (RFC 1951, section 3.2.4).
        most = self._most + self._most // 1024 + 64 if compressed else self._most
        if size > most:
            raise too_big(self._most)


class _Fragments:
    """A message that comes in parts: unmasked, inflated, and checked as it comes."""

    __slots__ = ("_check", "_inflater", "_most", "_parts", "opcode", "size")

    def __init__(self, opcode: int, most: int, inflater: Inflater | None) -> None:
        self.opcode = opcode
        self.size = 0  # in bytes, as it came
        self._most = most
        self._inflater = inflater
        self._parts = bytearray()
        self._check = _utf8() if opcode == TEXT else None

    @property
    def is_compressed(self) -> bool:
        return self._inflater is not None

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if self._inflater is not None:
            part = self._inflater.inflate(part, self._most - len(self._parts))
        self._take(part)

    def end(self) -> str | bytes:
        if self._inflater is not None:
            self._take(self._inflater.end(self._most - len(self._parts)))
        if self._check is None:
            return bytes(self._parts)
        self._take(b"", final=True)
        return self._parts.decode()

    def _take(self, part: bytes, final: bool = False) -> None:
        if self._check is not None:
            try:
                self._check.decode(part, final)
            except UnicodeDecodeError:
                raise not_utf8("a text message") from None
        self._parts += part
