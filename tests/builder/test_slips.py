"""Slips of the pen that come out as plain text."""

from __future__ import annotations

import pytest

from .conftest import Render, messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!!! warnin\n    Text.\n", "no note is a 'warnin'; did you mean 'warning'?"),
        ("??? tpi\n    Text.\n", "no note is a 'tpi'; did you mean 'tip'?"),
        (
            "Like this[^3].\n",
            "there is no note '3'; write it as a paragraph that begins with [^3]:",
        ),
        ("Press ++foo+b++.\n", "there is no key 'foo'; write its name in quotes, ++\"foo\"++"),
        ("Press ++ctrll+b++.\n", "there is no key 'ctrll'; did you mean 'ctrl'?"),
    ],
)
def test_a_slip_is_told(render: Render, text: str, message: str) -> None:
    """It is a warning with its line and the fix."""
    page = render(f"Text.\n\n{text}")

    assert messages(page) == [f"guide/page.md:3: warning: {message}"]


@pytest.mark.parametrize(
    "text",
    [
        "`[^3]` and `++foo++`\n",
        "```text\n[^3] ++foo++\n```\n",
        "    [^3] ++foo++\n",
        "\\[^3]\n",
        "Like this[^3].\n\n[^3]: A note.\n",
        "++ctrl+b++ and a++b++c\n",
        "!!! my-own\n    Text.\n",
        "!!! note\n    Text.\n",
    ],
)
def test_what_is_meant_is_no_slip(render: Render, text: str) -> None:
    """Code, what is escaped, and kinds of an author's own are left alone."""
    assert messages(render(text)) == []
