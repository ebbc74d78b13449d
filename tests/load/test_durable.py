"""Two servers on one Redis, all of which are killed: `benchmarks/durable.py` with small numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest
from installing import ROOT

FEW = ("--messages=400", "--clients=10", "--rate=50", "--server-kills=2", "--engine-kills=1")
pytestmark = pytest.mark.browser


def durable(*options: str) -> tuple[int, str]:
    """Run it; return its exit status, and the last line that it says."""
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks/durable.py", *FEW, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout, done.stderr
    return done.returncode, done.stdout.splitlines()[-1]


def test_what_was_accepted_outlives_those_who_are_killed() -> None:
    """Nothing is lost, doubled or out of order."""
    assert durable() == (
        *(0,),
        "400 messages, 4,000 deliveries, 3 kills: 0 lost, 0 doubled, 0 out of order",
    )


def test_a_redis_that_forgets_is_noticed() -> None:
    """Who comes back is told that what was missed is gone, or the tool finds it lost."""
    status, _ = durable("--forgetful", "--wait=3")

    assert status == 1
