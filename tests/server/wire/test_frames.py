"""A server's frames: their headers, and which closes may be sent."""

from __future__ import annotations

import pytest

from liveguide.server.wire.frames import ProtocolFault, close_frame, frame, read_close
from liveguide.server.wire.masking import unmask

from .client import MASK, PING, TEXT, masked


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "8100"),
        (125, "817d"),
        (126, "817e007e"),
        (65535, "817effff"),
        (65536, "817f0000000000010000"),
    ],
)
def test_a_length_is_written_in_the_fewest_bytes(size: int, header: str) -> None:
    """RFC 6455, section 5.2."""
    assert frame(TEXT, b"x" * size) == bytes.fromhex(header) + b"x" * size


def test_a_control_frame_carries_125_bytes() -> None:
    """One more is its sender's fault."""
    assert len(frame(PING, b"x" * 125)) == 127
    with pytest.raises(ValueError, match="carries 125 bytes at most, not 126"):
        frame(PING, b"x" * 126)


@pytest.mark.parametrize(
    ("code", "reason", "payload"),
    [
        (None, None, ""),
        (1000, None, "03e8"),
        (None, "bye", "03e8627965"),
        (4999, "ü", "1387c3bc"),
    ],
)
def test_a_close_says_code_and_reason(code: int | None, reason: str | None, payload: str) -> None:
    """A reason without a code gets 1000."""
    said = bytes.fromhex(payload)

    assert close_frame(code, reason) == bytes([0x88, len(said)]) + said


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536, "1000"])
def test_a_code_that_may_not_be_sent_is_refused(code: int) -> None:
    """Whoever asks for it, an author or a client (RFC 6455, section 7.4)."""
    with pytest.raises(ValueError, match="is no close code that may be sent; take 1000, 1008"):
        close_frame(code, None)
    if isinstance(code, int) and code < 65536:
        with pytest.raises(ProtocolFault, match=f"the close code {code} may not be sent") as caught:
            read_close(code.to_bytes(2, "big"))
        assert caught.value.code == 1002


def test_a_reason_has_123_bytes() -> None:
    """Not characters."""
    close_frame(1000, "ü" * 61)
    with pytest.raises(ValueError, match="a close reason has 123 bytes at most, but this has 124"):
        close_frame(1000, "ü" * 62)


@pytest.mark.parametrize(
    ("payload", "read"),
    [(b"", (None, None)), (b"\x03\xe8", (1000, None)), (b"\x0f\xa0bye", (4000, "bye"))],
)
def test_a_close_is_read(payload: bytes, read: tuple[int | None, str | None]) -> None:
    """What it does not say is `None`."""
    assert read_close(payload) == read


@pytest.mark.parametrize(("payload", "code"), [(b"\x03", 1002), (b"\x03\xe8\xff", 1007)])
def test_half_a_code_and_a_reason_that_is_no_text_are_faults(payload: bytes, code: int) -> None:
    """1002 and 1007."""
    with pytest.raises(ProtocolFault) as caught:
        read_close(payload)
    assert caught.value.code == code


@pytest.mark.parametrize("size", [0, 1, 3, 4, 9, 100, 5001])
def test_masking_is_undone(size: int) -> None:
    """By whichever way is there on this machine."""
    data = bytes(i % 256 for i in range(size))

    assert unmask(MASK, masked(data)) == data
