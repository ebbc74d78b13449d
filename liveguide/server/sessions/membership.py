"""
Who may connect, by what is known of the user, decided without any I/O.

`auth: true` asks for a user; a mapping asks besides that the user's values are
among those listed: `auth: {role: [admin, editor]}`, which may stand below
`membership:`, as in Gramex. Every key must match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import Severity
from ...yamlfile import YAMLMapping, YAMLSequence, kind_of

Report = Callable[[int, str, Severity], None]
"""Takes the line, the message and the severity of a fault."""

_MEMBERSHIP = "membership"
_SKIPPED = {"login_url", "template"}
_REFUSED = {"condition"}


@dataclass(frozen=True)
class Membership:
    """
    What is asked of a user.

    Attributes:

        allowed: For each key of the user, the values of which one must match.
            Without any, every user will do.
    """

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def refusal(self, user: Any) -> tuple[int, str] | None:
        """
        Say why *user* may not connect.

        The values that would do are not told.

        Args:

            user: A mapping, as logging in makes it, or whatever stands for a
                user elsewhere; nothing where nobody has logged in.

        Returns:

            An HTTP status and a reason; `None` for a user who may.
        """
        if not user:
            return 401, "log in to connect"
        for key, allowed in self.allowed.items():
            if not allowed & _texts(user, key):
                return 403, f"your {key!r} is not one that may connect"
        return None


def _texts(user: Any, key: str) -> set[str]:
    """Return a user's values under *key* as texts: YAML reads some that look like numbers."""
    value = user.get(key) if isinstance(user, Mapping) else None
    values = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return {str(value) for value in values if value is not None}


def parse_auth(value: Any, line: int, report: Report) -> Membership | None:
    """
    Read the value of `auth:`.

    Args:

        value: What the YAML says.

        line: Where `auth` stands.

        report: Is told of each fault.

    Returns:

        What is asked of a user, `None` where nothing is, or where a fault was reported.
    """
    if isinstance(value, bool):
        return Membership() if value else None
    if not isinstance(value, YAMLMapping):
        message = "'auth' must be true, false or a mapping such as {role: [admin]}"
        report(line, f"{message}, but it is {kind_of(value)}", "error")
        return None
    has_membership = _MEMBERSHIP in value
    for key in value:
        line = value.line_of(key)
        if key in _SKIPPED:
            report(line, f"{key!r} of 'auth' is Gramex's and is skipped here", "warning")
        elif key in _REFUSED:
            # Skipping it would let in those whom it keeps out.
            report(line, f"{key!r} of 'auth' is not offered here; use 'on_request'", "error")
        elif has_membership and key != _MEMBERSHIP:
            report(line, f"{key!r} stands beside '{_MEMBERSHIP}'; indent it below", "error")
    asked = value[_MEMBERSHIP] if has_membership else value
    line = value.line_of(_MEMBERSHIP)
    if not isinstance(asked, YAMLMapping):
        message = f"'{_MEMBERSHIP}' must be a mapping such as {{role: [admin]}}"
        report(line, f"{message}, but it is {kind_of(asked)}", "error")
        return None
    if not asked:
        report(line, "'auth' asks nothing of the user; write 'auth: true'", "error")
    keys = [key for key in asked if has_membership or key not in _SKIPPED | _REFUSED]
    return Membership({key: _values(asked, key, report) for key in keys})


def _values(asked: YAMLMapping, key: str, report: Report) -> frozenset[str]:
    value, line = asked[key], asked.line_of(key)
    if isinstance(value, YAMLSequence):
        values = [(v, mark.line) for v, mark in zip(value, value.marks, strict=True)]
    else:
        values = [(value, line)]
    if not values:
        report(line, f"{key!r} lists no value, so nobody could connect; list at least one", "error")
    for item, line in values:
        if not isinstance(item, str | int | float):
            report(line, f"a value of {key!r} must be text, but it is {kind_of(item)}", "error")
    return frozenset(str(item) for item, _ in values)
