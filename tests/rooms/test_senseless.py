"""What clients and a Redis may hold that nobody would write: values or one error, nothing else."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from liveguide.broker import shown
from liveguide.rooms import parcel
from liveguide.rooms.engines import make_engine
from liveguide.rooms.envelope import BadMessage, read_position, read_sent
from liveguide.rooms.publishing import Publishing
from liveguide.rooms.rooms import Rooms

from .hearing import Hearing

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.text() | st.binary() | JSON.map(json.dumps))
@example('{"type": "send", "id": "\\ud800", "text": ""}')
@example("9" * 5000)
@example("[" * 100_000)
def test_what_a_client_sends_is_a_message_or_closes_its_connection(said: str | bytes) -> None:
    """What is read can be sent on, and a reason fits into a close frame."""
    refusal = None
    try:
        sent = read_sent(said)
        assert (sent.id + sent.text).encode()
    except BadMessage as error:
        refusal = error

    assert refusal is None or refusal.code in (1003, 1007)
    assert len(str(refusal).encode()) <= 123


def test_no_client_can_make_up_the_id_of_a_function_s_second_message() -> None:
    """Who has heard the first could be quicker, and would have its place."""
    hearing = Hearing("")
    assert hearing._liveguide_resuming is not None
    working_on = Publishing("mine", hearing._liveguide_resuming)
    first, second = working_on.next_id("queue"), working_on.next_id("queue")
    assert read_sent(json.dumps({"type": "send", "id": first, "text": ""})).id == "mine"

    with pytest.raises(BadMessage, match="an id has no line break"):
        read_sent(json.dumps({"type": "send", "id": second, "text": ""}))


@given(st.text())
@example("a:1:2")
@example("e:²")
def test_a_position_is_one_or_none(text: str) -> None:
    """Whatever stands in an address."""
    position = read_position(text)

    assert position is None or str(position).partition(":")[0] == text.partition(":")[0]


@given(st.binary())
@example(b"m e 1 1 t 0\n\xff")
@example(b"m e 1 1 t 3\nab")
@example("m e 1 1 t ²\n".encode())
@example(b"p[1,[[1]],0]")
@example(b'p[1,[["a","["]],[]]')
@example(b'p[1,[["a","7"]],{}]')
@example(b"p[1e999,[],[]]")
@example(b'p[1,[["a","\\"\\\\ud800\\""]],[]]')
@example(b"p" + b"[" * 100_000)
def test_a_parcel_is_one_or_senseless(data: bytes) -> None:
    """Anybody who may publish there can put anything into a channel."""
    for read in (parcel.read_message, parcel.read_presence):
        with contextlib.suppress(parcel.Senseless):
            assert repr(read(data)).encode()


@given(
    st.binary(),
    st.dictionaries(st.sampled_from([b"id", b"kind", b"message", b"sent", b"x"]), st.binary()),
)
@example(b"1-0", {b"id": b"\xff", b"kind": b"t", b"message": b"", b"sent": b"1"})
def test_an_entry_is_one_or_senseless(at: bytes, fields: dict[bytes, bytes]) -> None:
    """Anybody who may write there can put anything into a stream."""
    try:
        entry = parcel.read_entry(at, fields)
    except parcel.Senseless:
        return
    assert at == f"{entry.offset:0{len(at) - 2}}-0".encode()


def test_no_password_is_shown() -> None:
    """Wherever it stands in an address."""
    for address in (
        "redis://user:secret@host:1/0",
        "redis://:secret@host:1/0",
        "redis://:se/cret@host",
        "redis://:se?cret@host",
        "redis://:se?cr@cret@host/0?password=cret",
        "unix:///redis.sock?db=1&password=secret",
        "unix://user:secret@/redis.sock?password=secret",
    ):
        assert "cret" not in shown(address)


async def test_what_no_engine_can_send_is_refused_at_once() -> None:
    """Where it waited for a Redis, nothing after it would be sent, nor anybody told."""
    rooms = Rooms()
    half = "\ud800"  # of a surrogate pair: JSON can write it
    queue, member = rooms("queue"), Hearing(plain=True)
    for wrong in ({"a": 1}, bytearray(b"a"), ["a"], half):
        with pytest.raises((TypeError, ValueError)):
            queue.send(wrong)
    for wrong in (4711, b"id", half):
        with pytest.raises((TypeError, ValueError)):
            queue.send("text", id=wrong)
        with pytest.raises((TypeError, ValueError)):
            queue.join(member, name=wrong)
        with pytest.raises((TypeError, ValueError)):
            rooms(wrong)

    queue.join(member)
    queue.send("well")
    assert member.heard == ["well"]


async def test_a_name_has_64_characters_at_most() -> None:
    """Everybody in the room is told it; nobody joins by a longer one."""
    queue = Rooms()("queue")
    with pytest.raises(ValueError, match="a member's name has at most 64 characters, not 65"):
        queue.join(Hearing(), "é" * 65)
    assert queue.count() == 0

    queue.join(Hearing(), "é" * 64)
    assert [member.name for member in await queue.members()] == ["é" * 64]


async def test_nobody_can_guess_the_id_of_a_message() -> None:
    """Who sends something under the next id would take that message's place."""
    queue, member = Rooms()("queue"), Hearing("")
    queue.join(member)
    for _ in range(20):
        queue.send("text")

    ids = [said["id"] for said in member.kinds("message")]

    assert len({id[:6] for id in ids}) == len(ids)


def test_a_password_that_spoils_an_address_is_not_quoted() -> None:
    """Where it has a slash, its first part looks like a port."""
    with pytest.raises(ValueError, match="is no address of a Redis") as raised:
        make_engine("redis://:secret/more@host/0")

    assert "secret" not in str(raised.value)
