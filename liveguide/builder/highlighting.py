"""
Code to highlighted HTML, and the stylesheet that colours it.

One lexer per language serves the whole process: making one anew for each block costs as much as the
highlighting itself. Its tokens are written here, not by Pygments' formatter, which takes longer and
puts a span around every name and space.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import ClassVar

from pygments.lexer import Lexer
from pygments.lexers import (
    find_lexer_class_by_name,
    find_lexer_class_for_filename,
    get_all_lexers,
)
from pygments.lexers.shell import BashLexer, BashSessionLexer
from pygments.style import Style
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)
from pygments.util import ClassNotFound

from .quick_lexing import quickened

# Names, operators and brackets are of the text's colour: a third of the spans of a page.
_LIGHT: dict[_TokenType, str] = {
    Comment: "italic #5b6470",
    Keyword: "#9b1c6b",
    Keyword.Constant: "#0b5394",
    Name.Builtin: "#0b5394",
    Name.Function: "#6b3fa0",
    Name.Class: "#6b3fa0",
    Name.Decorator: "#6b3fa0",
    Name.Tag: "#0a6640",
    Name.Attribute: "#0b5394",
    Name.Variable: "#8a4600",
    Number: "#8a4600",
    String: "#0a6640",
    String.Regex: "#0a6640",
    Operator.Word: "#9b1c6b",
    Generic.Deleted: "#a40e26",
    Generic.Inserted: "#0a6640",
    Generic.Heading: "bold",
    Generic.Prompt: "#5b6470",
    Error: "#a40e26",
}

_DARK: dict[_TokenType, str] = {
    Comment: "italic #98a3b0",
    Keyword: "#ff9ac9",
    Keyword.Constant: "#8cc8ff",
    Name.Builtin: "#8cc8ff",
    Name.Function: "#d2b3ff",
    Name.Class: "#d2b3ff",
    Name.Decorator: "#d2b3ff",
    Name.Tag: "#86dba9",
    Name.Attribute: "#8cc8ff",
    Name.Variable: "#ffbe85",
    Number: "#ffbe85",
    String: "#86dba9",
    String.Regex: "#86dba9",
    Operator.Word: "#ff9ac9",
    Generic.Deleted: "#ff9b94",
    Generic.Inserted: "#86dba9",
    Generic.Heading: "bold",
    Generic.Prompt: "#98a3b0",
    Error: "#ff9b94",
}


class LightStyle(Style):
    """Token colours on a light ground, each with a contrast of at least 4.5 to 1."""

    background_color = "#f6f7f9"
    styles: ClassVar[dict[_TokenType, str]] = dict(_LIGHT)  # Pygments adds what is not in it


class DarkStyle(Style):
    """Token colours on a dark ground, each with a contrast of at least 4.5 to 1."""

    background_color = "#161b22"
    styles: ClassVar[dict[_TokenType, str]] = dict(_DARK)


_SHELLS = (BashLexer, BashSessionLexer)
_NUMBER_IN_ADDRESS = re.compile(r'<span class="m">(\d+)</span>(?=\.\d)')


def stylesheet() -> str:
    """Return the style rules for both colour schemes, in the layer `highlight`."""
    names: dict[str, list[str]] = {}
    for kind in _LIGHT:
        light, dark = LightStyle.style_for_token(kind), DarkStyle.style_for_token(kind)
        look = f"color: light-dark(#{light['color']}, #{dark['color']})" if light["color"] else ""
        look += "; font-style: italic" if light["italic"] else ""
        look += "; font-weight: bold" if light["bold"] else ""
        names.setdefault(look.removeprefix("; "), []).append(f".{STANDARD_TYPES[kind]}")
    rules = (f".highlight :is({', '.join(kinds)}) {{ {look} }}" for look, kinds in names.items())
    return "@layer highlight {\n" + "\n".join(rules) + "\n}\n"


@cache
def lexer_for(language: str) -> Lexer | None:
    """Return the lexer that *language* names, or `None`."""
    try:
        kind = find_lexer_class_by_name(language)
    except ClassNotFound:
        return None
    # Pygments would drop blank lines at both ends, and the line numbers with them.
    return quickened(kind)(stripnl=False)


@cache
def language_of(file_name: str) -> str:
    """Return the language of a file by its name; `text` where it is not known."""
    lexer = find_lexer_class_for_filename(file_name)
    return lexer.aliases[0] if lexer is not None and lexer.aliases else "text"


def languages() -> list[str]:
    """Return every name of a language, for suggestions."""
    return [alias for _, aliases, _, _ in get_all_lexers() for alias in aliases]


def highlight(code: str, language: str) -> str:
    """
    Return *code* as spans of tokens; escaped and plain where the language is not known.

    Tokens that have no colour, such as names and spaces, have no span: they are half of all. No
    span crosses the end of a line.
    """
    lexer = lexer_for(language) if language else None
    if lexer is None:
        return escape(code, quote=False)
    spans: list[str] = []
    text, name = "", ""
    for kind, more in lexer.get_tokens(code):
        its_name = _class_of(kind)
        if its_name == name:
            text += more
        else:
            spans.append(_span(text, name))
            text, name = more, its_name
    spans.append(_span(text, name))
    html = "".join(spans)
    if isinstance(lexer, _SHELLS):  # they take the first part of 127.0.0.1 for a number
        html = _NUMBER_IN_ADDRESS.sub(r"\1", html)
    # The lexer ends its last line with a line end of its own.
    return html if code.endswith("\n") else html.removesuffix("\n")


def _span(text: str, name: str) -> str:
    """Return tokens of one class, with a span on each line that has any of them."""
    html = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not name:
        return html
    if "\n" not in html:
        return f'<span class="{name}">{html}</span>' if html else ""
    lines = html.split("\n")
    return "\n".join([f'<span class="{name}">{line}</span>' if line else "" for line in lines])


@cache
def _class_of(kind: _TokenType) -> str:
    """Return the class of the kind that has a colour and includes this one; empty without one."""
    found: _TokenType | None = kind
    while found is not None and found not in _LIGHT:
        found = found.parent
    return STANDARD_TYPES[found] if found is not None else ""
