"""How often an address may try to log in."""

from __future__ import annotations

import pytest

from liveguide.server.admission.attempts import MOST_ATTEMPTS, Attempts


def test_the_eleventh_attempt_within_a_minute_must_wait():
    """What is left of the first one's minute is told; then there may be one more."""
    attempts = Attempts()

    assert [attempts.begin("192.0.2.1", n) for n in range(MOST_ATTEMPTS)] == [0] * MOST_ATTEMPTS
    assert attempts.begin("192.0.2.1", 20) == 40
    assert attempts.begin("192.0.2.1", 60) == 0
    assert attempts.begin("192.0.2.1", 60) == 1


def test_an_attempt_that_succeeds_does_not_count():
    """Who knows the password guesses nothing."""
    attempts = Attempts()

    for now in range(3 * MOST_ATTEMPTS):
        assert attempts.begin("192.0.2.1", now / 10) == 0
        attempts.succeeded("192.0.2.1")


@pytest.mark.parametrize(
    ("other", "wait"),
    [("2001:db8::2", 60), ("2001:db8:0:1::1", 0), ("192.0.2.1", 0), ("?", 0)],
)
def test_addresses_count_by_whom_they_belong_to(other, wait):
    """One attacker has the last 64 bits of an IPv6 address for nothing."""
    attempts = Attempts()
    for _ in range(MOST_ATTEMPTS):
        attempts.begin("2001:db8::1", 0)

    assert attempts.begin(other, 0) == wait


def test_the_oldest_addresses_are_forgotten():
    """Memory is bounded."""
    attempts = Attempts()
    for number in range(20_000):
        attempts.begin(f"10.0.{number // 256}.{number % 256}", number)

    assert len(attempts._times) == 10_000
