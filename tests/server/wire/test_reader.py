"""Frames become messages, however they are cut, and what breaks the rules is noticed at once."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from liveguide.server.wire.deflate import Agreement, Inflater
from liveguide.server.wire.frames import ProtocolFault
from liveguide.server.wire.reader import PART, FrameReader

from .client import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, client_frame, head

GREETING = "grüß dich 😀"


def events(reader: FrameReader, *pieces: bytes) -> list[Any]:
    """Return all that is read of bytes that come in pieces, but for the parts of messages."""
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (event := reader.read()) is not None:
            if event[0] != PART:
                found.append(event)
    return found


def fault(*pieces: bytes, most: int = 1000, inflater: Inflater | None = None) -> ProtocolFault:
    """Return what is wrong with bytes that come in pieces."""
    with pytest.raises(ProtocolFault) as caught:
        events(FrameReader(most, inflater), *pieces)
    return caught.value


def deflated(message: bytes) -> bytes:
    """Return a message as permessage-deflate sends it."""
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_a_message_of_any_size_is_read(size: int) -> None:
    """Each has the shortest of three headers."""
    message = b"\x00\xff\x10" * (size // 3) + b"x" * (size % 3)

    assert events(FrameReader(size), client_frame(BINARY, message)) == [(BINARY, message)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64])
def test_where_bytes_are_cut_does_not_matter(size: int) -> None:
    """Messages, fragments and control frames come out the same."""
    stream = b"".join(
        [
            client_frame(TEXT, GREETING.encode()),
            client_frame(BINARY, b"ab", fin=False),
            client_frame(PING, b"now"),
            client_frame(CONTINUATION, b"", fin=False),
            client_frame(CONTINUATION, b"c" * 300),
            client_frame(PONG),
            client_frame(TEXT),
            client_frame(CLOSE, b"\x03\xe8bye"),
        ]
    )
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]

    assert events(FrameReader(1000), *pieces) == [
        (TEXT, GREETING),
        (PING, b"now"),
        (BINARY, b"ab" + b"c" * 300),
        (PONG, b""),
        (TEXT, ""),
        (CLOSE, b"\x03\xe8bye"),
    ]


@pytest.mark.parametrize(("size", "parts"), [(0, 4), (125, 4), (126, 0)])
def test_short_parts_of_a_message_are_told(size: int, parts: int) -> None:
    """One by one, so that a client can be stopped that sends nothing else."""
    part = client_frame(CONTINUATION, b"x" * size, fin=False)
    reader = FrameReader(1000)
    reader.feed(client_frame(BINARY, b"x" * size, fin=False) + 3 * part)

    assert [reader.read() for _ in range(parts + 1)] == [(PART, b"")] * parts + [None]


def test_a_character_may_be_cut_by_a_fragment() -> None:
    """A text is UTF-8 as a whole."""
    begun, ended = GREETING.encode()[:-2], GREETING.encode()[-2:]

    frames = client_frame(TEXT, begun, fin=False) + client_frame(CONTINUATION, ended)

    assert events(FrameReader(1000), frames) == [(TEXT, GREETING)]


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (client_frame(TEXT, b"x", mask=False), "a client's frame is not masked"),
        (head(0x81, 0x01), "a client's frame is not masked"),
        (head(0xC1, 0x80), "a reserved bit is set"),
        (head(0xA1, 0x80), "a reserved bit is set"),
        (head(0x91, 0x80), "a reserved bit is set"),
        *[(head(0x80 | op, 0x80), f"the opcode {op:#x} is reserved") for op in (3, 7, 0xB, 0xF)],
        (head(0x09, 0x80), "a control frame is fragmented"),
        (head(0x89, 0xFE), "a control frame has more than 125 bytes"),
        (head(0x80, 0x80), "a continuation continues nothing"),
        (
            client_frame(TEXT, b"a", fin=False) + head(0x81, 0x81),
            "a message begins before the last one has ended",
        ),
        (
            client_frame(TEXT, b"a", fin=False) + client_frame(TEXT, b"b"),
            "a message begins before the last one has ended",
        ),
        (head(0x82, 0xFE, 0, 125), "a length is not written in the fewest bytes"),
        (head(0x82, 0xFF, *bytes(6), 255, 255), "a length is not written in the fewest bytes"),
        (head(0x82, 0xFF, 0x80, *bytes(7)), "a length has its highest bit set"),
    ],
)
def test_what_framing_forbids_is_1002(sent: bytes, detail: str) -> None:
    """It is noticed with the first bytes that show it, before the rest has come."""
    found = fault(sent)

    assert (found.code, found.reason, found.detail) == (1002, "protocol", detail)


@pytest.mark.parametrize(
    "pieces",
    [
        [client_frame(TEXT, b"\xff")],
        [client_frame(TEXT, b"abc\xc3")],  # ends within a character
        [client_frame(TEXT, b"\xed\xa0\x80")],  # a surrogate
        [client_frame(TEXT, b"\xf4\x90", fin=False)],  # beyond the last character
        [client_frame(TEXT, b"\xff" * 20)[:8]],  # the frame is not even whole
        [client_frame(TEXT, b"\xc3", fin=False), client_frame(CONTINUATION, b"x", fin=False)],
    ],
)
def test_a_text_that_is_not_utf_8_is_1007(pieces: list[bytes]) -> None:
    """As soon as that is sure."""
    found = fault(*pieces)

    assert (found.code, found.reason, found.detail) == (
        1007,
        "utf-8",
        "a text message is not UTF-8",
    )


@pytest.mark.parametrize(
    "pieces",
    [
        [client_frame(TEXT, b"x" * 1001)[:4]],
        [client_frame(TEXT, b"x" * 1000, fin=False), client_frame(CONTINUATION, b"x")[:2]],
        [head(0x82, 0xFF, 0x7F, *[255] * 7)],
    ],
)
def test_a_message_over_the_limit_is_1009(pieces: list[bytes]) -> None:
    """By its header, before any of it is kept."""
    found = fault(*pieces)

    assert (found.code, found.reason) == (1009, "size")
    assert found.detail == "a message has more than 1000 bytes"


def test_a_compressed_message_is_inflated() -> None:
    """With a ping between its fragments, which is not compressed."""
    message = deflated(GREETING.encode() * 20)
    reader = FrameReader(1000, Inflater(Agreement()))

    read = events(
        reader,
        client_frame(TEXT, message[:5], fin=False, rsv=4),
        client_frame(PING, b"now"),
        client_frame(CONTINUATION, message[5:]),
        client_frame(TEXT, b"plain"),
    )

    assert read == [(PING, b"now"), (TEXT, GREETING * 20), (TEXT, "plain")]


@pytest.mark.parametrize("opcode", [PING, CONTINUATION])
def test_only_a_message_s_first_frame_may_be_marked_as_compressed(opcode: int) -> None:
    """RFC 7692, section 6.1."""
    begun = client_frame(TEXT, b"x", fin=False) if opcode == CONTINUATION else b""

    found = fault(begun + client_frame(opcode, rsv=4), inflater=Inflater(Agreement()))

    assert (found.code, found.detail) == (1002, "a reserved bit is set")


def test_what_is_not_compressed_as_it_says_is_1007() -> None:
    """And no traceback."""
    found = fault(client_frame(TEXT, b"\xff\xff\xff", rsv=4), inflater=Inflater(Agreement()))

    assert (found.code, found.reason) == (1007, "protocol")


def test_a_bomb_is_1009_before_it_goes_off() -> None:
    """200 MiB in 200 KB: no more is inflated than a message may have."""
    bomb = deflated(bytes(200 * 1024 * 1024))

    found = fault(client_frame(BINARY, bomb, rsv=4), most=300_000, inflater=Inflater(Agreement()))

    assert (found.code, found.reason) == (1009, "size")


def test_a_compressed_message_that_can_t_be_is_let_through() -> None:
    """What is random grows by a few bytes when it is compressed, and is no bigger for it."""
    message = bytes(i * 7919 % 251 for i in range(1000))

    read = events(
        FrameReader(1000, Inflater(Agreement())),
        client_frame(BINARY, zlib.compress(message, 0)[2:-4] + b"\x00", rsv=4),
    )

    assert read == [(BINARY, message)]


def test_the_size_on_the_wire_is_told() -> None:
    """Of the last message: before it was inflated, all fragments together."""
    reader = FrameReader(1000, Inflater(Agreement()))
    message = deflated(b"x" * 1000)

    events(reader, client_frame(BINARY, message, rsv=4))
    inflated = reader.size
    events(reader, client_frame(TEXT, b"ab", fin=False) + client_frame(CONTINUATION, b"c"))

    assert (inflated, reader.size) == (len(message), 3)
