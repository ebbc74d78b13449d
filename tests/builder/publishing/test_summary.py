"""What a page is about, taken from its content."""

from __future__ import annotations

import pytest

from liveguide.builder.publishing.summary import LONGEST, cut, summary_of


@pytest.mark.parametrize(
    ("html", "summary"),
    [
        (
            "<h1>A</h1>\n<p>One <em>two</em>\n&amp; <code>&lt;b&gt;</code>.</p><p>x</p>",
            "One two & <b>.",
        ),
        ('<p><img src="a.png" alt="A"></p><p>Text.</p>', "Text."),
        ('<p>Known<sup id="fnref:1"><a href="#fn:1">1</a></sup> fact.</p>', "Known fact."),
        ('<p class="title">Note</p><p>Text.</p>', "Text."),
        ("<ul><li>Only a list</li></ul>", ""),
    ],
)
def test_the_first_paragraph_with_text_says_what_a_page_is_about(html: str, summary: str) -> None:
    """Pictures, notes and titles of boxes are passed over, and what remains is plain text."""
    assert summary_of(html) == summary


def test_a_long_text_is_cut_after_a_word() -> None:
    """What search engines would cut anywhere ends with an ellipsis, and no comma before it."""
    text = "word, " * 40

    assert cut("short") == "short"
    assert cut(text).endswith("word…")
    assert len(cut(text)) <= LONGEST


def test_one_endless_word_is_cut_within() -> None:
    """There may be no space at all."""
    assert len(cut("x" * 1000)) == LONGEST
