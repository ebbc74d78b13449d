"""
The fields of headers as Tornado keeps them, for less of the processor's time each.

Who connects again and again says much the same: a line that was checked once need not be again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tornado.httputil import HTTPHeaders

_LONGEST_KEPT = 256
"""Characters of a line that is remembered: browsers' lines are shorter, cookies may be longer."""


class Fields(HTTPHeaders):
    """The headers of a request, or of an answer."""

    def get(self, name: str, default: Any = None) -> Any:
        """Return a header's value, of several lines joined by commas, or what stands for none."""
        values = self.get_list(name)
        if len(values) == 1:
            return values[0]
        return ",".join(values) if values else default

    def parse_line(self, line: str, **options: bool) -> None:
        """Add one line; raises HTTPInputError for what is none (RFC 9112, section 5)."""
        if len(line) > _LONGEST_KEPT:
            super().parse_line(line, **options)
            return
        for name, value in _field(line):
            if name in self:
                self.add(name, value)
            else:
                self[name] = value


@lru_cache(1024)
def _field(line: str) -> tuple[tuple[str, str], ...]:
    """Return the name and the value in a line, checked by Tornado; nothing for the empty one."""
    headers = HTTPHeaders()
    headers.parse_line(line)
    return tuple(headers.get_all())


class _Sent(Fields):
    def __setitem__(self, name: str, value: str) -> None:
        pass  # as at Tornado, it comes too late


SENT = _Sent()
"""What stands for headers that are sent: nobody asks for them any more, and none is added."""
