"""A soak's verdict."""

from __future__ import annotations

from .verdict import MIB, faults

NOBODY = {"tasks": 3, "timers": 2, "receivers": 0, "objects": 50_000}


def test_flat_memory_and_nothing_left_is_no_fault() -> None:
    """Noise is none, and neither are a few objects more."""
    memory = [(60 + wave % 2) * MIB for wave in range(30)]

    assert faults(memory, NOBODY, {**NOBODY, "objects": 50_400}) == []


def test_memory_that_grows_is_a_fault() -> None:
    """However slowly, if it goes on."""
    memory = [(60 + 0.3 * sample) * MIB for sample in range(30)]

    assert faults(memory, NOBODY, NOBODY) == ["memory has grown by 6.0 MiB"]


def test_whatever_is_left_is_a_fault() -> None:
    """One receiver or task is enough; objects are counted in hundreds."""
    after = {"tasks": 4, "timers": 2, "receivers": 1, "objects": 51_000}

    assert faults([60.0 * MIB], NOBODY, after) == [
        "1 tasks are left",
        "1 receivers are left",
        "1000 objects are left",
    ]
