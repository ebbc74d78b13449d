"""How many lines of a kind are let through."""

from __future__ import annotations

from liveguide.server.reporting.floods import Flood


def test_the_first_of_a_kind_are_let_through() -> None:
    """Another kind has a count of its own."""
    flood: Flood[str] = Flood()

    assert [flood.lets("a", 2) for _ in range(4)] == [True, True, False, False]
    assert flood.lets("b", 2)


def test_a_second_counts_anew_and_says_what_was_left_out() -> None:
    """What was let through is not counted among it."""
    flood: Flood[str] = Flood()
    flood.begin(100.0)
    for kind in "aaab":
        flood.lets(kind, 1)

    assert not flood.is_over(100.9)
    assert flood.is_over(101.0)
    assert flood.begin(101.0) == {"a": 2}
    assert flood.lets("a", 1)
    assert flood.begin(102.0) == {}
