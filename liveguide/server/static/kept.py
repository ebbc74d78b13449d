"""What is kept in memory of what was asked for last, within a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Kept(Generic[Item]):
    """
    The items that were asked for last.

    Args:

        most: How many bytes they may take together.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: OrderedDict[Hashable, tuple[Item, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Hashable) -> Item | None:
        """Return an item, which is then the last one to go."""
        found = self._items.get(key)
        if found is None:
            return None
        self._items.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, item: Item, size: int) -> None:
        """Keep an item of this many bytes, in the place of what had its key."""
        self.drop(key)
        self._items[key] = item, size
        self._bytes += size
        while self._bytes > self._most:
            _, (_, dropped) = self._items.popitem(last=False)
            self._bytes -= dropped

    def drop(self, key: Hashable) -> None:
        """Forget an item, if it is there."""
        _, size = self._items.pop(key, (None, 0))
        self._bytes -= size
