"""What all rooms of a process share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .engine import Engine, Entry
from .members import Handler

if TYPE_CHECKING:
    from .room import Room


@dataclass
class Process:
    """
    What all rooms of a process share.

    Attributes:

        engine: Where their messages go, and come from.

        sent: How many messages were sent from here.

        heard: How many came.

        hold: Called where several messages have come, or are on their way: what clients are told
            now should leave together with what comes meanwhile.

        observe: Told of each that came, where somebody wants to know.

        joined: The rooms that each connection is in.

        tasks: What is being read for rooms.
    """

    engine: Engine
    sent: int = 0
    heard: int = 0
    hold: Callable[[], None] | None = None
    observe: Callable[[Entry], None] | None = None
    joined: dict[Handler, set[Room]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
