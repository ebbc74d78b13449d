"""Highlighted code, and the stylesheet that colours it."""

from __future__ import annotations

import re

import pygments
import pytest
from pygments.formatters.html import HtmlFormatter
from pygments.token import STANDARD_TYPES

from liveguide.builder import highlighting
from liveguide.builder.code_lines import number_lines
from liveguide.builder.highlighting import (
    DarkStyle,
    LightStyle,
    highlight,
    language_of,
    languages,
    lexer_for,
    stylesheet,
)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("style", [LightStyle, DarkStyle])
def test_every_colour_can_be_read(style: type[LightStyle] | type[DarkStyle]) -> None:
    """Each token colour has a contrast of at least 4.5 to 1 with its ground."""
    ground = luminance(style.background_color.lstrip("#"))
    colours = {token["color"] for _, token in style if token["color"]}

    assert colours
    for colour in colours:
        lighter, darker = sorted((ground, luminance(colour)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, colour


def test_code_without_a_known_language_is_escaped() -> None:
    """Plain text stays text."""
    assert highlight("<b> & c\n", "") == "&lt;b&gt; &amp; c\n"
    assert highlight("<b>", "no-such-language") == "&lt;b&gt;"


@pytest.mark.parametrize("code", ["x = 1", "x = 1\n", "\n\nx = 1\n\n", "", "\t<b>"])
@pytest.mark.parametrize("language", ["python", "text", "js", "html", ""])
def test_code_is_kept_to_the_letter(code: str, language: str) -> None:
    """Without its spans, highlighted code is the code."""
    plain = re.sub(r"<[^>]*>", "", highlight(code, language))

    assert plain.replace("&lt;", "<").replace("&gt;", ">") == code


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("x.py", "python"),
        ("gramex.yaml", "yaml"),
        ("x.js", "javascript"),
        ("nginx.conf", "nginx"),
        ("x.zzz", "text"),
        ("README", "text"),
    ],
)
def test_a_file_tells_its_language(name: str, language: str) -> None:
    """The language of a file follows from its name."""
    assert language_of(name) == language


def test_spans_never_cross_a_line_end() -> None:
    """A comment of several lines is closed and opened at each, so that lines can be wrapped."""
    html = highlight('"""a\nb\nc"""', "python")

    for line in html.split("\n"):
        assert line.count("<span") == line.count("</span>")


def test_lines_can_be_linked_to() -> None:
    """With anchors, each line has the id `L` and its number."""
    assert number_lines("a\nb", 3, [2], anchors=True) == (
        '<span class="line" data-line="3" id="L3">a</span>\n'
        '<span class="line hll" data-line="4" id="L4">b</span>'
    )


def test_languages_are_known_by_all_their_names() -> None:
    """Every name that is proposed is one that works."""
    assert {"js", "javascript", "python", "py", "yaml", "nginx"} <= set(languages())
    assert lexer_for("js") is not None
    assert lexer_for("no-such-language") is None


def test_only_what_has_a_colour_has_a_span() -> None:
    """Names, operators and spaces are plain, and kinds that look alike are of one class."""
    assert highlight("x = 1 + f(0x2)", "python") == (
        'x = <span class="m">1</span> + f(<span class="m">0x2</span>)'
    )


@pytest.mark.parametrize("language", ["bash", "console"])
def test_an_address_in_a_command_is_of_one_colour(language: str) -> None:
    """A shell knows no address; its first part is no number, while a number stays one."""
    html = highlight("$ serve --address 127.0.0.1 --port 8888\n", language)

    assert " 127.0.0.1 " in html
    assert '<span class="m">8888</span>' in html


def test_the_stylesheet_has_both_schemes() -> None:
    """Each rule has the colours of the light and the dark scheme, whoever has chosen it."""
    rules = stylesheet()

    assert rules.startswith("@layer highlight {")
    assert ".highlight :is(.k, .ow) { color: light-dark(#9b1c6b, #ff9ac9) }" in rules
    assert ".highlight :is(.c) { color: light-dark(#5b6470, #98a3b0); font-style: italic }" in rules
    assert ".highlight :is(.gh) { font-weight: bold }" in rules
    assert rules.count("{") == rules.count("}")


@pytest.mark.parametrize("language", ["python", "js", "html", "yaml", "nginx", "css", "bash"])
def test_coloured_tokens_are_those_of_pygments(language: str) -> None:
    """Each span by its colour's class, or without one, its formatter's HTML is ours."""

    def ours(span: re.Match[str]) -> str:
        name = highlighting._class_of(kinds[span[1]])
        return f'<span class="{name}">{span[2]}</span>' if name else span[2]

    kinds = {name: kind for kind, name in STANDARD_TYPES.items()}
    code = SAMPLES[language]
    formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
    made = pygments.highlight(code, highlighting.lexer_for(language), formatter)
    made = re.sub(r'<span class="(\w+)[^"]*">([^<]*)</span>', ours, made)
    while (
        joined := re.sub(r'(<span class="(\w+)">[^<]*)</span><span class="\2">', r"\1", made)
    ) != made:
        made = joined
    made = made.replace("&quot;", '"').replace("&#39;", "'")

    assert highlighting.highlight(code, language) == made


SAMPLES = {
    "python": 'def f(x: int) -> str:\n    """Two\n    lines & more"""\n    return f"{x}<1"\n\n\n'
    "@d\nclass A: ...\n",
    "js": "const x = `a ${y}\n b`; // <c>\nnew WebSocket('x').on = (e) => e.data && 1\n",
    "html": '<!doctype html>\n<p class="a">x &amp; y</p>\n<script>\nlet a = 1\n</script>\n',
    "yaml": "url:\n  a: 'b' # c\n  d: [1, true]\n",
    "nginx": "location / {\n  proxy_pass http://127.0.0.1:1;\n}\n",
    "css": "a:hover { color: #fff; } /* x\ny */\n",
    "bash": 'for x in "$@"; do\n  echo ${x%.md} | grep -v \\\n    y\ndone\n',
}
