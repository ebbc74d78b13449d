"""The tally: it sees loss, doubling and disorder."""

from __future__ import annotations

import random

import pytest

from liveguide.load.tally import Hearing, Mode, Tally


def sent(tally: Tally, *counts: int) -> None:
    """Let each sender have sent so many messages."""
    tally.sent[:] = counts
    tally.due[:] = counts


def hearing(count: int, numbers: list[int]) -> tuple[int, int, int, int]:
    """Return what was heard, missed, doubled and out of order of *count* messages."""
    heard = Hearing([count])
    for number in numbers:
        heard.hear(0, number)
    return heard.heard, heard.missing(0, count), heard.doubled, heard.out_of_order


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([0, 1, 2, 3, 4], (5, 0, 0, 0)),
        ([], (0, 5, 0, 0)),
        ([0, 1, 2], (3, 2, 0, 0)),
        ([1, 2, 3, 4], (4, 1, 0, 0)),
        ([0, 4], (2, 3, 0, 0)),
        ([0, 1, 1, 2, 3, 4], (5, 0, 1, 0)),
        ([0, 1, 2, 3, 4, 0, 4], (5, 0, 2, 0)),
        ([0, 2, 1, 3, 4], (5, 0, 0, 1)),
        ([4, 3, 2, 1, 0], (5, 0, 0, 4)),
        ([0, 4, 2, 2], (3, 2, 1, 1)),
        ([0, 4, 2, 1, 3], (5, 0, 0, 3)),
    ],
)
def test_what_one_client_hears(numbers: list[int], found: tuple[int, int, int, int]) -> None:
    """Heard, missing, doubled, and out of order: after a later one."""
    assert hearing(5, numbers) == found


def test_any_order_of_all_messages_loses_none() -> None:
    """Whatever comes in between, in the end nothing is missing, and every repetition counts."""
    rng = random.Random(5)
    for _ in range(200):
        numbers = [*range(12), *rng.sample(range(12), 3)]
        rng.shuffle(numbers)
        heard, missing, doubled, _ = hearing(12, numbers)

        assert (heard, missing, doubled) == (12, 0, 3)


@pytest.mark.parametrize(("sender", "number"), [(0, 7), (1, 10**9), (2, 0), (-1, 0)])
def test_what_nobody_sent_is_not_heard(sender: int, number: int) -> None:
    """A damaged mark is neither a delivery nor a gap."""
    heard = Hearing([5, 5])

    assert not heard.hear(sender, number)
    assert (heard.heard, heard.missing(0, 5), heard.missing(1, 5)) == (0, 5, 5)


def test_who_is_behind_a_room_is_out_of_order() -> None:
    """Though each sender's own messages are in order; it is counted once."""
    heard = Hearing([2, 2])
    heard.hear(0, 1)

    assert heard.hear(1, 0, behind=True)
    assert heard.out_of_order == 1
    assert heard.hear(0, 0, behind=True)
    assert heard.out_of_order == 2


@pytest.mark.parametrize(
    ("heard", "mode", "expected"),
    [
        ({0: [0, 1], 1: [0, 1], 2: [0, 1]}, "room", 15),
        ({0: [1], 1: [0], 2: [0, 1]}, "others", 10),
        ({0: [0], 1: [1], 2: []}, "echo", 5),
        ({0: [], 1: [], 2: []}, "room", 15),
        ({0: [], 1: [0], 2: []}, "others", 10),
    ],
)
def test_who_hears_whom_is_found_out(
    heard: dict[int, list[int]], mode: Mode, expected: int
) -> None:
    """All, all but the sender, or the sender alone; where nobody hears anything, all should."""
    tally = Tally(3, 2)
    sent(tally, 3, 2)
    for client, senders in heard.items():
        for sender in senders:
            tally.hearings[client].hear(sender, 0)

    assert tally.mode() == mode
    assert tally.expected(mode) == expected


@pytest.mark.parametrize(("mode", "lost"), [("room", 6), ("others", 0), ("echo", 6)])
def test_lost_is_what_somebody_should_have_heard(mode: Mode, lost: int) -> None:
    """It depends on who is to hear a message."""
    tally = Tally(3, 2)
    sent(tally, 3, 3)
    for client, sender in ((0, 1), (1, 0), (2, 0), (2, 1)):
        for number in range(3):
            tally.hearings[client].hear(sender, number)

    verdict = tally.verdict(mode)

    assert (verdict.lost, verdict.good) == (lost, not lost)
    assert verdict.delivered == 12


def test_what_was_not_accepted_need_not_arrive() -> None:
    """But it may."""
    tally = Tally(2, 1)
    tally.sent[:], tally.due[:] = [2], [1]
    for client in (0, 1):
        tally.hearings[client].hear(0, 0)
    tally.hearings[0].hear(0, 1)

    assert tally.verdict("room").good


def test_what_has_a_gap_is_not_all() -> None:
    """The last message does not stand for those before it; nor is one too many all."""
    heard = Hearing([2, 0])
    heard.hear(0, 1)
    assert not heard.has_all([2, 0])

    heard.hear(0, 0)

    assert heard.has_all([2, 0])
    assert not heard.has_all([1, 0])
