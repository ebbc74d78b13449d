"""Frames as RFC 6455 has them: opcodes, and how one is written (section 5)."""

from __future__ import annotations

import struct

from ..close_codes import INVALID_DATA, NORMAL_CLOSURE, PROTOCOL_ERROR, SENDABLE, TOO_BIG

CONTINUATION, TEXT, BINARY = 0x0, 0x1, 0x2
CLOSE, PING, PONG = 0x8, 0x9, 0xA

FIN, RSV1 = 0x80, 0x40

LONGEST_CONTROL = 125
"""Bytes that a control frame may carry (section 5.5)."""

LONGEST_REASON = LONGEST_CONTROL - 2


class ProtocolFault(Exception):
    """
    What a client does that it must not; its connection is failed (section 7.1.7).

    Attributes:

        code: The close code that says so.

        reason: One word for the log: `protocol`, `utf-8`, `size` or `rate`.

        detail: What it did.
    """

    def __init__(self, code: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.reason = reason
        self.detail = detail


def violation(detail: str) -> ProtocolFault:
    """Return the fault of one who breaks the rules of framing: 1002."""
    return ProtocolFault(PROTOCOL_ERROR, "protocol", detail)


def not_utf8(where: str) -> ProtocolFault:
    """Return the fault of a text that is none: 1007."""
    return ProtocolFault(INVALID_DATA, "utf-8", f"{where} is not UTF-8")


def too_big(limit: int) -> ProtocolFault:
    """Return the fault of a message over the limit in bytes: 1009."""
    return ProtocolFault(TOO_BIG, "size", f"a message has more than {limit} bytes")


def frame(opcode: int, payload: bytes, flags: int = 0) -> bytes:
    """
    Return a server's frame: final and not masked.

    Args:

        opcode: What it is.

        payload: What it carries.

        flags: `RSV1` where the payload is compressed (RFC 7692, section 6).

    Raises:

        ValueError: A control frame can't carry so much.
    """
    size = len(payload)
    first = FIN | flags | opcode
    if size < 126:
        return (first << 8 | size).to_bytes(2, "big") + payload
    if opcode & 0x8:
        raise ValueError(f"a control frame carries {LONGEST_CONTROL} bytes at most, not {size}")
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def close_frame(code: int | None, reason: str | None) -> bytes:
    """
    Return a close frame.

    Args:

        code: A close code; 1000 where there is a reason and no code.

        reason: Why, if anything is to be said.

    Raises:

        ValueError: The code may not be sent, or the reason is too long.
    """
    if code is None and reason is not None:
        code = NORMAL_CLOSURE
    if code is None:
        return frame(CLOSE, b"")
    if not is_close_code(code):
        raise ValueError(
            f"{code!r} is no close code that may be sent; take 1000, 1008, or one from 3000 to 4999"
        )
    said = (reason or "").encode()
    if len(said) > LONGEST_REASON:
        raise ValueError(
            f"a close reason has {LONGEST_REASON} bytes at most, but this has {len(said)}"
        )
    return frame(CLOSE, struct.pack("!H", code) + said)


def read_close(payload: bytes) -> tuple[int | None, str | None]:
    """
    Return code and reason of a close frame; `None` for what it does not say.

    Raises:

        ProtocolFault: It says one that may not be sent, or its reason is no text.
    """
    if not payload:
        return None, None
    if len(payload) == 1:
        raise violation("a close frame has one byte")
    code = int.from_bytes(payload[:2], "big")
    if not is_close_code(code):
        raise violation(f"the close code {code} may not be sent")
    try:
        reason = payload[2:].decode()
    except UnicodeDecodeError:
        raise not_utf8("a close reason") from None
    return code, reason or None


def is_close_code(code: object) -> bool:
    """Say whether a close code may be sent (section 7.4, and IANA's registry up to 1014)."""
    return isinstance(code, int) and (code in SENDABLE or 3000 <= code <= 4999)
