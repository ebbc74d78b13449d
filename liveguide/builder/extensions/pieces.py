"""
Pieces of a page that take long to make, such as its highlighted code.

When a page is rendered again, most of them are as they were: they are taken from its last
rendering, and what would make them is not even loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ..digests import digest_of

Made = TypeVar("Made")

_NONE: Mapping[str, Any] = MappingProxyType({})


class Pieces:
    """
    The pieces of one page.

    Attributes:

        made: Those that it has, as JSON has them, by the hash of what each was made of.

    Args:

        before: Those that it had when it was last rendered.
    """

    def __init__(self, before: Mapping[str, Any] = _NONE) -> None:
        self.made: dict[str, Any] = {}
        self._before = before

    def recall(self, of: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """Return what *make* makes *of* these and nothing else, by itself only if it must."""
        key = digest_of(*of)
        if key not in self.made:
            self.made[key] = self._before[key] if key in self._before else make()
        made: Made = self.made[key]
        return made
