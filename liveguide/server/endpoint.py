"""An endpoint, as the configuration has it; and what all endpoints of one application share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .admission.admission import Admission
from .connections import Connections
from .endpoints.callbacks import Callback
from .endpoints.route import Route
from .ongoing import Answering
from .reporting.counts import Counts
from .sessions.endings import Endings
from .sessions.sessions import Sessions
from .tracing.traces import Traces

if TYPE_CHECKING:
    from .connection import GuardedConnection


@dataclass(frozen=True)
class Shared:
    """What the endpoints of one application have in common."""

    sessions: Sessions
    connections: Connections
    traces: Traces
    counts: Counts
    admission: Admission
    endings: Endings
    answering: Answering


@dataclass(frozen=True)
class Endpoint:
    """
    A route, and what answers there.

    Attributes:

        route: The route.

        handler: The class of its connections, with `GuardedConnection` in front.

        arguments: What the class behind `GuardedConnection` is initialised with.

        callbacks: The author's functions by their keys; what they are called in messages.

        answers_pages: Whether a plain GET is answered too.
    """

    route: Route
    handler: type[GuardedConnection]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    callbacks: Mapping[str, Callback] = field(default_factory=dict)
    answers_pages: bool = False
