"""Pieces of a page, from its last rendering where they are as they were."""

from __future__ import annotations

from liveguide.builder.extensions.pieces import Pieces


def test_a_piece_is_made_once() -> None:
    """It is the same for the same page, and for what it is when it is rendered again."""
    made: list[str] = []

    def make() -> str:
        made.append("x")
        return "html"

    first = Pieces()
    told = [first.recall(("code", "js", "x"), make) for _ in range(2)]
    again = Pieces(first.made).recall(("code", "js", "x"), make)

    assert [*told, again] == ["html"] * 3
    assert made == ["x"]


def test_a_piece_of_something_else_is_made() -> None:
    """What was of use before and is not any more is forgotten."""
    before = Pieces()
    before.recall(("code", "js", "x"), lambda: "old")

    pieces = Pieces(before.made)

    assert pieces.recall(("code", "js", "y"), lambda: "new") == "new"
    assert list(pieces.made.values()) == ["new"]
