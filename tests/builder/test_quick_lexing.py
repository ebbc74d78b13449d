"""Lexers that try their rules only where they can match make what Pygments makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pygments.lexers import find_lexer_class_by_name, get_lexer_by_name

import liveguide
from liveguide.builder.quick_lexing import _Pattern, quickened

ROOT = Path(liveguide.__file__).parent
LANGUAGES = (
    "bash c console cpp csharp css diff docker go html http ini java js json lua make nginx perl "
    "php powershell python rst ruby rust scss sql swift toml ts xml yaml"
).split()
TEXTS = [
    (ROOT / "builder/sources.py").read_text()[:6000],
    (ROOT / "frontend/lib/run-snippet.js").read_text(),
    (ROOT / "frontend/styles/base.css").read_text()[:3000],
    (ROOT / "builder/templates/page.html").read_text(),
    (ROOT / "words/de.yaml").read_text()[:1500],
    "$ ls -l 'a b' | grep \"x$1\"\n> GET /x HTTP/1.1\nK\N{KELVIN SIGN} "
    "\N{LATIN SMALL LETTER LONG S}\n\x1c\x00\N{NO-BREAK SPACE}@\\{% raw %}\n\n"
    "  #!//\t~~~ 0x1F 1e9 `x` {{ ]] }}",
    "",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tokens_are_those_of_pygments(language: str) -> None:
    """Of code in the language, of code in another, of odd characters, and of nothing."""
    kind = find_lexer_class_by_name(language)
    stock, quick = kind(), quickened(kind)()

    for text in TEXTS:
        assert list(quick.get_tokens(text)) == list(stock.get_tokens(text))


def test_what_is_never_tried_is_never_compiled() -> None:
    """A state that no text has entered yet has patterns that are only written down."""
    lexer = quickened.__wrapped__(find_lexer_class_by_name("python"))()

    list(lexer.get_tokens("x = 1\n"))

    assert any("match_at" in vars(pattern) for pattern, _, _ in lexer._tokens["root"])
    assert "match_at" not in vars(lexer._tokens["bytesescape"][0][0])


def test_the_lexers_of_others_are_left_alone() -> None:
    """Whoever asks Pygments for one gets its own class, with its own rules."""
    kind = find_lexer_class_by_name("ini")

    list(quickened(kind)().get_tokens("[a]\n"))

    assert find_lexer_class_by_name("ini") is kind
    assert "match" in repr(kind()._tokens["root"][0][0])


@pytest.mark.parametrize(
    ("pattern", "flags", "firsts"),
    [
        ("abc", 0, "a"),
        ("a|bc", 0, "ab"),
        ("a?b", 0, "ab"),
        (r"(?<=x)(?:[0-2]|\bq)", 0, "012q"),
        ("(?>[ab])+c", 0, "ab"),
        ("[a-c]", re.IGNORECASE, "abcABC"),
        ("(?i:k)z", 0, "kK"),
        ("#.*", re.VERBOSE, None),
        ("x*", 0, None),
        (r"[^\w]", re.ASCII, None),
        ("[^\N{KELVIN SIGN}]", re.IGNORECASE, None),
        (r"(a)?\1b", 0, None),
    ],
)
def test_the_first_characters_of_a_pattern(pattern: str, flags: int, firsts: str | None) -> None:
    """All of ASCII where a match may be empty, or where it can't be told."""
    bits = _Pattern(pattern, flags).firsts

    found = "".join(chr(code) for code in range(128) if bits & 1 << code)
    assert found == ("".join(map(chr, range(128))) if firsts is None else "".join(sorted(firsts)))


def test_what_is_left_out_can_not_begin_a_match() -> None:
    """For every rule of some lexers and every character of ASCII, Python's own `re` agrees."""
    for language in ("python", "js", "nginx", "bash"):
        for rules in get_lexer_by_name(language)._tokens.values():
            for match_at, _, _ in rules:
                bits = _Pattern(match_at.__self__.pattern, match_at.__self__.flags).firsts
                for code in range(128):
                    if not bits & 1 << code:
                        assert not match_at(f"{chr(code)}a1 \n=\"'", 0)
