"""What is agreed on of what a client offers, and what comes of it."""

from __future__ import annotations

import zlib

import pytest

from liveguide.server.wire.deflate import MOST_ENDS, Agreement, Deflater, Inflater, agree
from liveguide.server.wire.frames import ProtocolFault


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ("permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
        (
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
        (
            'permessage-deflate;server_max_window_bits="10" ;client_max_window_bits=9',
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
        ),
        ("x-webkit, permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; server_max_window_bits=7, permessage-deflate", "permessage-deflate"),
    ],
)
def test_the_first_offer_that_can_be_kept_is_taken(offer: str, answer: str) -> None:
    """The answer says no more than was offered."""
    agreement = agree(offer)

    assert agreement is not None
    assert agreement.header == answer


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "x-webkit-deflate-frame",
        "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=8",  # zlib can't
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; client_max_window_bits=abc",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; =1",
        "permessage-deflate;",
        "permessage-deflate; server_max_window_bits=9999999999999999999999",
        ";;;;;",
        '"permessage-deflate"',
    ],
)
def test_an_offer_that_can_t_be_kept_is_declined(offer: str) -> None:
    """The handshake goes on without compression."""
    assert agree(offer) is None


def test_a_hostile_offer_costs_no_more_than_its_length() -> None:
    """No pattern tries again and again: 16 KB, as much as a request's head may have."""
    for offer in (
        ";" * 16_000,
        "a;" * 8_000,
        " \t" * 8_000,
        "permessage-deflate; a=" * 700,
        ", ," * 5_000,
    ):
        assert agree(offer) is None


@pytest.mark.parametrize("agreement", [Agreement(), Agreement(server_forgets=True)])
def test_messages_are_compressed_as_was_agreed(agreement: Agreement) -> None:
    """A client that keeps what came before reads them, and so does one that begins anew."""
    deflater = Deflater(agreement, {"compression_level": 9, "mem_level": 5})
    kept = zlib.decompressobj(-15)
    for _ in range(3):
        window = zlib.decompressobj(-15) if agreement.server_forgets else kept
        sent = deflater.deflate(b"the same again" * 9)
        assert window.decompress(sent + b"\x00\x00\xff\xff") == b"the same again" * 9


def test_a_block_may_be_the_last_one() -> None:
    """RFC 7692, section 7.2.3.5: what follows begins anew."""
    inflater = Inflater(Agreement())
    hello = bytes.fromhex("f348cdc9c9070000")

    for _ in range(2):
        assert inflater.inflate(hello, 10) + inflater.end(5) == b"Hello"


def test_only_so_many_blocks_of_a_message_may_be_the_last_one() -> None:
    """Each costs a copy of what follows; the next message may have as many again."""
    empty, inflater = b"\x03\x00", Inflater(Agreement())

    for _ in range(2):
        assert inflater.inflate(empty * MOST_ENDS + b"\x00", 10) + inflater.end(10) == b""
    with pytest.raises(ProtocolFault) as caught:
        inflater.inflate(empty * (MOST_ENDS + 1), 10)

    assert (caught.value.code, caught.value.reason) == (1009, "size")


def test_what_comes_before_is_known_unless_the_client_forgets() -> None:
    """Section 7.2.3.2: the second message refers to the first."""
    first, second = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000")
    inflater, forgetful = Inflater(Agreement()), Inflater(Agreement(client_forgets=True))

    for one in (inflater, forgetful):
        assert one.inflate(first, 10) + one.end(10) == b"Hello"
    assert inflater.inflate(second, 10) + inflater.end(10) == b"Hello"
    with pytest.raises(Exception, match="not compressed as it says"):
        forgetful.inflate(second, 10)
