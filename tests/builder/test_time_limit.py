"""The limit to the time that a page may take."""

from __future__ import annotations

import signal

import pytest

from liveguide.builder.time_limit import time_limit


def test_a_limit_that_is_reached_at_the_very_end_is_taken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It never ends what comes after its block."""
    before, set_timer = signal.getsignal(signal.SIGVTALRM), signal.setitimer
    late = [True]

    def setitimer(which: int, seconds: float, *interval: float) -> object:
        if not seconds and late:
            late.clear()
            signal.raise_signal(signal.SIGVTALRM)
        return set_timer(which, seconds, *interval)

    monkeypatch.setattr(signal, "setitimer", setitimer)

    with pytest.raises(TimeoutError), time_limit(60):
        pass

    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) == before
