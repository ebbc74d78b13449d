"""Inline patterns are tried only where they can match, and nothing else changes."""

from __future__ import annotations

import random
import re
from pathlib import Path

import markdown
import pytest

from liveguide.builder.extensions.page import CurrentPage, PageState
from liveguide.builder.extensions.quick_inline import QuickInlineExtension, signs_of, text_of
from liveguide.builder.sources import Sources

EXTENSIONS = ["footnotes", "attr_list", "smarty", "abbr", "pymdownx.tilde", "pymdownx.keys"]
SIGNS = "`\\[]()!<>&*_~+=-'\".^:/ \nab1"


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        (r"\[\^([^\]]*)\]", "["),
        (r"(?<!\!)\[", "["),
        (r"  \n", "\n"),
        (r"\*|_", "*_"),
        (r"[*_]+x", "*_"),
        (r"(\s|--)'(?=\w)", "'"),
        (r"(a|b)", "ab"),
        (r"a*", ""),
        (r"(\s|--)", ""),
        (r".", ""),
    ],
)
def test_the_signs_of_a_pattern_are_what_each_match_holds(pattern: str, signs: str) -> None:
    """Of these characters every match has one; none are named where that can't be told."""
    assert signs_of(pattern) == frozenset(signs)


def test_patterns_that_ignore_case_have_no_signs() -> None:
    """A literal would match other characters than itself."""
    assert signs_of("x-", re.IGNORECASE) == frozenset()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(?<!\.)\.{3}(?!\.)", "..."),
        (r"(?<!-)--(?!-)", "--"),
        (r"  \n", "  \n"),
        (r"a\b-+b", "a-"),
        (r"(ab){2}", ""),
        (r"(?:ab){2}c", "c"),
        (r"ab*c", "a"),
        (r"ab|cd", ""),
    ],
)
def test_the_text_of_a_pattern_is_what_each_match_holds(pattern: str, text: str) -> None:
    """Every match has it; where that can't be told, it is empty."""
    assert text_of(pattern) == text


def test_patterns_that_ignore_case_have_no_text() -> None:
    """A match may have it in other letters."""
    assert text_of("abc", re.IGNORECASE) == ""


def test_every_match_of_every_pattern_holds_one_of_its_signs_and_its_text() -> None:
    """Whatever a configured pattern matches in random text has what it needs."""
    md = markdown.Markdown(extensions=EXTENSIONS)
    patterns = [*md.inlinePatterns, *md.treeprocessors["smarty"].inlinePatterns]
    rng = random.Random(7)
    texts = ["".join(rng.choices(SIGNS, k=rng.randint(1, 12))) for _ in range(3000)]

    for pattern in patterns:
        signs = signs_of(pattern.pattern, pattern.compiled_re.flags)
        needed = text_of(pattern.pattern, pattern.compiled_re.flags)
        for text in texts:
            for match in pattern.compiled_re.finditer(text) if signs else ():
                assert signs & set(match[0]), (pattern.pattern, text)
                assert needed in match[0], (pattern.pattern, text)


def test_random_text_becomes_the_same_html() -> None:
    """What Markdown makes of any mixture of signs, it makes here."""
    stock = markdown.Markdown(extensions=EXTENSIONS)
    current = CurrentPage()
    current.state = PageState("a.md", "a.html", "a.html", "a.md", Path(), Sources())
    quick = markdown.Markdown(extensions=[*EXTENSIONS, QuickInlineExtension(current)])
    rng = random.Random(3)
    words = [
        *SIGNS,
        "a b",
        "**",
        "__",
        "`x`",
        "[a](b)",
        "![i](j)",
        "<b>",
        "&amp;",
        "'s",
        "...",
        "--",
    ]

    for _ in range(1500):
        text = "".join(rng.choices(words, k=rng.randint(1, 25)))
        assert quick.reset().convert(text) == stock.reset().convert(text), text
