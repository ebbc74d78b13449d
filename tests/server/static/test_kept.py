"""What is kept in memory, within its bound."""

from __future__ import annotations

from liveguide.server.static.kept import Kept


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    """A new item takes the place of that which nobody has asked for since."""
    kept: Kept[str] = Kept(20)
    kept.put("a", "A", 10)
    kept.put("b", "B", 10)
    kept.get("a")
    kept.put("c", "C", 10)

    assert [kept.get(key) for key in "abc"] == ["A", None, "C"]


def test_an_item_s_successor_takes_its_room() -> None:
    """What is put again, or dropped, counts no more."""
    kept: Kept[str] = Kept(20)
    for size in (10, 12, 8):
        kept.put("a", str(size), size)
    kept.put("b", "B", 12)
    assert (kept.get("a"), kept.get("b")) == ("8", "B")

    kept.drop("a")
    kept.drop("a")
    kept.put("c", "C", 8)

    assert (kept.get("b"), kept.get("c")) == ("B", "C")


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    """It would drop everything else, and then itself."""
    kept: Kept[str] = Kept(20)
    kept.put("a", "A", 21)

    assert len(kept) == 0
    kept.put("b", "B", 20)
    assert kept.get("b") == "B"
