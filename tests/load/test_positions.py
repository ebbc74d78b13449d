"""How far a client has heard its rooms."""

from __future__ import annotations

from liveguide.load.positions import Positions


def test_a_new_client_says_that_it_is_new() -> None:
    """Its since is empty."""
    assert Positions().query() == "since="


def test_it_tells_the_last_message_of_each_room() -> None:
    """By epoch and offset; the epoch tells which room."""
    positions = Positions()
    positions.joined("one", "abc", 7, goes_on=False)
    positions.joined("two", "a&b", 0, goes_on=False)
    positions.is_behind("one", 8)

    assert positions.query() == "since=abc:8&since=a%26b:0"


def test_who_comes_back_goes_on_where_it_was() -> None:
    """The offset that the server tells is only the last that there is."""
    positions = Positions()
    positions.joined("room", "abc", 7, goes_on=False)
    positions.joined("room", "abc", 9, goes_on=True)

    assert positions.query() == "since=abc:7"
    assert not positions.is_behind("room", 8)
    assert not positions.is_behind("room", 9)
    assert positions.is_behind("room", 8)


def test_what_a_room_has_kept_may_come_first() -> None:
    """It is older than what there was when the client joined, and not behind."""
    positions = Positions()
    positions.joined("room", "abc", 7, goes_on=False)

    assert not positions.is_behind("room", 6)
    assert not positions.is_behind("room", 7)
    assert positions.query() == "since=abc:7"


def test_after_a_reset_offsets_begin_again() -> None:
    """In another epoch."""
    positions = Positions()
    positions.joined("room", "abc", 7, goes_on=False)
    positions.reset("room", "def")

    assert positions.query() == "since=def:0"
    assert not positions.is_behind("room", 1)


def test_a_room_without_history_has_no_order() -> None:
    """All its messages have offset 0."""
    positions = Positions()
    positions.joined("room", "abc", 0, goes_on=False)

    assert not positions.is_behind("room", 0)
    assert not positions.is_behind("room", 0)


def test_who_comes_too_late_goes_on_from_the_last_message() -> None:
    """Where the server does not go on, and where it does in a room that the client did not know."""
    positions = Positions()
    positions.joined("one", "abc", 7, goes_on=False)
    positions.joined("one", "def", 9, goes_on=False)
    positions.joined("two", "ghi", 4, goes_on=True)

    assert positions.query() == "since=def:9&since=ghi:4"
