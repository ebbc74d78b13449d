"""The head of an answer: its status and its headers, as they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses


class Head:
    """
    A status and headers, encoded once for all answers that have them.

    Args:

        status: The status.

        headers: The headers, but for those of one answer alone: `Date` and `Connection`.

    Raises:

        ValueError: A header would end where none should.

    Attributes:

        block: Both, encoded, without the empty line that ends a head.
    """

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = headers
        lines = [f"HTTP/1.1 {status} {responses[status]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError(f"a line break in one of {lines}")
        self.block = "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def but(self, status: int, headers: Mapping[str, str], without: tuple[str, ...] = ()) -> Head:
        """Return a head with another status, with these headers, and without some."""
        kept = {name: value for name, value in self.headers.items() if name not in without}
        return Head(status, {**kept, **headers})
