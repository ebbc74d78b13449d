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

        hold: Called where several messages may come: what clients are told of them in this turn of
            the event loop should leave together.

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
