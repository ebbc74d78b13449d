"""
What is sent while more is to be said, held for a moment, so that it leaves together.

To hand the system a frame takes far longer than to make it. Where a client has sent several
messages at once, all that its receivers are sent for them is handed over once.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .outgoing import Outgoing

LONGEST_HELD = 0.01
"""Seconds after which what is held is sent though more is to be said: functions may take long."""

TURNS = 3
"""
Turns of the event loop for which what may be followed by more is held.

In the first the loop finds what has come meanwhile, in the second that is told, and then it ends.
"""


class Cork:
    """
    Whether what is sent is held.

    Attributes:

        is_in: Whether it is.

        held: Whose frames are.
    """

    def __init__(self) -> None:
        self.is_in = False
        self.held: list[Outgoing] = []
        self._since = 0.0

    def put_in(self) -> None:
        """Hold what is sent from now on, until `pull_out`; send what has been held for long."""
        now = monotonic()
        if self.is_in and now - self._since > LONGEST_HELD:
            self.pull_out()
        if not self.is_in:
            self.is_in, self._since = True, now

    def put_in_for_some_turns(self) -> None:
        """Hold what is sent until the event loop has seen what has come meanwhile."""
        if not self.is_in:
            self._pull_out_after(TURNS)
        self.put_in()

    def _pull_out_after(self, turns: int) -> None:
        if turns:
            asyncio.get_running_loop().call_soon(self._pull_out_after, turns - 1)
        else:
            self.pull_out()

    def pull_out(self) -> None:
        """Send what is held, and hold nothing more."""
        self.is_in = False
        held, self.held = self.held, []
        for outgoing in held:
            outgoing.release()


cork = Cork()
"""The process's one."""
