"""Texts that an author might leave behind: of pieces that mean something."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = (
    "title", "desc", "order", "nav", "draft", "prefix", "url", "pattern", "handler", "kwargs",
    "on_message", "function", "open", "origins", "auth", "limits", "ping_interval", "languages",
    "trusted_proxies", "hosts", "navigation", "include", "repository", "accent", "credentials",
    "SimpleAuth", "WebSocketHandler", "FunctionHandler", "bot.echo", "bot.nowhere", "/$YAMLURL/a",
    "handler.write_message(message)", "message +", "__import__('os')", "*.example.org", "https://a/",
)  # fmt: skip
_SCALARS = (
    "", "~", "true", "no", "1", "-1", "1.10", "1e999", ".nan", ".inf", "0x1f", "0o17", "12:30:45",
    "2026-11-21", "2026-99-99", "'", '"', "''", "|", ">", ">-", "&a", "*a", "*b", "<<", "!!python/name:os",
    "!!binary x", "!!int x", "!!set", "!x", "? a", "%YAML 9.9", "---", "...", "#", "[", "]", "{", "}",
    "[1, [2", "{a: {b", "9" * 5000, "- " * 50, "@", "`", "\t", "\x00", "\x85", "\ufeff", "\ud7ff", "é", "💥",
)  # fmt: skip
_MARKDOWN = (
    "# Title", "## Two {#id}", "Title\n=====", "[TOC]", "text", "*a* **b** `c`", "> quote", "- item",
    "1. one", "- [x] done", "```python", "```js run=always expect=\"a", "```yaml file=gramex.yaml",
    "```yaml file=../../etc/passwd", "```js title='", "```", "````", "~~~", "```output", "::: example",
    "::: div class=a style=x", "::: features", ":::", "::: nowhere", "=== \"A\"", "!!! note", "???+ tip",
    "| a | b |\n|---|---|", "| a \\| b |", "[a](b.md)", "[a](#x)", "[a][b]", "[b]: <c", "![a](b.svg){ .inline }",
    "<div>", "</div>", "<script>", "</script>", "<a onclick=x>", "<!-- ", "-->", "<", "<a <a <a", "&#x0;",
    "&", "[[[[[[[[", "]]]]]]]]", "((((", "****", "____", "++a+b", "~~x", "==x", "[^1]", "[^1]: note",
    "{: .a }", "{: onload=x }", "x = 1  # (1)!", "\\", "\x02", "\x03", "\x00", "\u2028", "    code", "\tcode",
    "{{ x }}", "{% raw %}", "{#", "javascript:alert(1)", "[a](javascript:x)", "http://[", "a\\\n", "  ", "",
)  # fmt: skip

_SVG = (
    "<g>", "</g>", "<script>alert(1)</script>", "<a href='javascript:x'>", "<style>a{", "</style>", "<!DOCTYPE a [",
    '<!ENTITY a "&a;&a;">', "&a;", "<?xml version='1.0'?>", "<image href='//evil.example/a.png'/>", "<use href='#a'/>",
    "<foreignObject>", "onload='x'", "<circle r='9'/>", "]]>", "<![CDATA[", "\x00", "<text>é</text>", "&#0;",
)  # fmt: skip


def _lines(pieces: tuple[str, ...], most: int) -> st.SearchStrategy[str]:
    indented = st.builds(
        lambda depth, piece: "  " * depth + piece,
        st.sampled_from((0, 0, 0, 1, 2, 3, 9)),
        st.one_of(st.sampled_from(pieces), st.text(max_size=12)),
    )
    return st.lists(indented, max_size=most).map("\n".join)


def yaml_texts() -> st.SearchStrategy[str]:
    """Make up YAML: keys that mean something with values that do not, and what is no YAML."""
    keys = st.one_of(st.sampled_from(_WORDS), st.sampled_from(_SCALARS), st.text(max_size=6))
    values = st.one_of(st.sampled_from(_SCALARS), st.sampled_from(_WORDS), st.text(max_size=9))
    line = st.builds(
        lambda depth, dash, key, colon, value: "  " * depth + dash + key + colon + value,
        st.integers(0, 4),
        st.sampled_from(("", "", "", "- ")),
        keys,
        st.sampled_from((": ", ": ", ": ", ":", " ")),
        values,
    )
    return st.lists(line, max_size=12).map("\n".join)


def gramex_texts() -> st.SearchStrategy[str]:
    """Make up a gramex.yaml: one that is right, but for what stands in one place."""
    head = "url:\n  a:\n    pattern: /$YAMLURL/a\n    handler: WebSocketHandler\n    kwargs:\n"
    right = (head, "url:\n  a:\n", "url:\n", "")
    deeper = yaml_texts().map(lambda text: "".join(f"      {x}\n" for x in text.splitlines()))
    return st.builds(
        lambda start, rest: start + rest, st.sampled_from(right), deeper | yaml_texts()
    )


def svg_texts() -> st.SearchStrategy[str]:
    """Make up a picture: an SVG that is right, or of pieces that may not stand there."""
    inside = _lines(_SVG, 6)
    return inside | inside.map(
        lambda text: f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{text}</svg>'
    )


def guides() -> st.SearchStrategy[dict[str, str]]:
    """Make up a whole guide, each file by chance."""
    return st.fixed_dictionaries(
        {"README.md": pages()},
        optional={
            "a/page.md": pages(),
            "a/README.md": pages(),
            "b.svg": svg_texts(),
            "features.yaml": yaml_texts(),
            "a/gramex.yaml": gramex_texts(),
            "_theme/page.html": _lines(_MARKDOWN, 4),
            "_theme/styles.css": _lines(_MARKDOWN, 4),
        },
    )


def pages() -> st.SearchStrategy[str]:
    """Make up a page: perhaps with front matter, and with Markdown that is never finished."""
    body = _lines(_MARKDOWN, 25)
    front = st.builds("---\n{}\n{}\n".format, yaml_texts(), st.sampled_from(("---", "...", "")))
    return st.builds(lambda front, body: front + body + "\n", front | st.just(""), body)
