"""How often something may happen, by a clock that the tests turn."""

from __future__ import annotations

import pytest

from liveguide.server.admission.rates import Rate


def test_so_many_may_happen_at_once_and_no_more() -> None:
    """The burst is free; the next must wait for as long as one takes."""
    rate = Rate(10, 30)

    taken = [rate.take(100.0) <= 0 for _ in range(31)]

    assert taken == [True] * 30 + [False]
    assert rate.take(100.0) == pytest.approx(0.1)


def test_in_the_long_run_it_is_so_many_a_second() -> None:
    """Whoever asks a hundred times a second, for ten seconds, is let through at the rate."""
    rate = Rate(10, 30)

    taken = sum(rate.take(100 + step / 100) <= 0 for step in range(1000))

    assert taken == 30 + 10 * 10 - 1


def test_what_is_refused_costs_nothing() -> None:
    """Asking too early does not put off the time when it may happen."""
    rate = Rate(2, 1)
    assert rate.take(100.0) <= 0

    waits = [rate.take(100 + step / 10) for step in range(5)]

    assert waits == pytest.approx([0.5, 0.4, 0.3, 0.2, 0.1])
    assert rate.take(100.5) <= 0


def test_to_ask_is_not_to_take() -> None:
    """`wait` says the same each time; after a pause, all may happen at once again."""
    rate = Rate(1, 2)
    rate.take(100.0)
    rate.take(100.0)

    assert [rate.wait(100.0), rate.wait(100.0)] == [1.0, 1.0]
    assert not rate.is_full(101.9)
    assert rate.is_full(102.0)


def test_what_has_happened_elsewhere_counts_until_none_is_left() -> None:
    """However much it was, the next waits no longer than after the last that may happen here."""
    rate = Rate(10, 30)

    rate.add(20, 100.0)
    taken = [rate.take(100.0) <= 0 for _ in range(11)]
    rate.add(1000, 100.0)

    assert taken == [True] * 10 + [False]
    assert rate.wait(100.0) == pytest.approx(0.1)


def test_what_happens_elsewhere_puts_off_nothing_that_waits_already() -> None:
    """To hear of little after much leaves the wait as it is."""
    rate = Rate(10, 1)
    rate.add(1000, 100.0)

    rate.add(0, 99.0)

    assert rate.wait(100.0) == pytest.approx(0.1)
