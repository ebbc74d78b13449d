"""Options as fences and blocks carry them."""

from __future__ import annotations

import pytest

from liveguide.builder.extensions.options import OptionsError, parse_options


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("   ", {}),
        ("a=b", {"a": "b"}),
        ('a="b c" d=e', {"a": "b c", "d": "e"}),
        ("a='b \"c\"'", {"a": 'b "c"'}),
        ("linenums", {"linenums": None}),
        ('linenums title="x"', {"linenums": None, "title": "x"}),
        ('a=""', {"a": ""}),
        ("a = b", {"a": "b"}),
        ("href=demo.html?x=1&y=2#z", {"href": "demo.html?x=1&y=2#z"}),
        ("data-x=1 aria-label='two words'", {"data-x": "1", "aria-label": "two words"}),
        ("title=größe", {"title": "größe"}),
    ],
)
def test_options_are_read(text: str, options: dict[str, str | None]) -> None:
    """Values may be bare or quoted, in any order; a flag has no value."""
    assert parse_options(text) == options


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title="two words', "'title=\"two words' can't be read; close the quote"),
        ("a=", "'a=' can't be read; write options as key=value or key=\"two words\""),
        ("=b", "'=b' can't be read; write options as key=value or key=\"two words\""),
        ("a=b 3=4", "'3=4' can't be read; write options as key=value or key=\"two words\""),
        ('a="b"c', '\'a="b"c\' can\'t be read; write options as key=value or key="two words"'),
        ("a=1 a=2", "'a' is given twice; remove one"),
    ],
)
def test_what_can_not_be_read_is_quoted(text: str, message: str) -> None:
    """The message quotes what can't be read, and says how to write it."""
    with pytest.raises(OptionsError) as caught:
        parse_options(text)

    assert str(caught.value) == message
