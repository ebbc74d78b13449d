"""`:::` blocks: where they end, what they may be, and what may stand in them."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from .conftest import Render, messages


def html_of(render: Render, source: str) -> str:
    """Return the HTML of a page without line ends, after checking that nothing was wrong."""
    page = render(dedent(source))
    assert messages(page) == []
    return re.sub(r"\s*\n\s*", "", page.html)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("::: div\n    a *b*\n", "<div><p>a <em>b</em></p></div>"),
        ("::: div\n  a\n\n  b\n\nc\n", "<div><p>a</p><p>b</p></div><p>c</p>"),
        ("::: div\n\n    a\n\nc\n", "<div><p>a</p></div><p>c</p>"),
        ("::: div\na *b*\nmore\n\nc\n", "<div><p>a <em>b</em>more</p></div><p>c</p>"),
        ("::: div\na\n:::\nc\n", "<div><p>a</p></div><p>c</p>"),
        ("::: div\n    a\n:::\n\nc\n", "<div><p>a</p></div><p>c</p>"),
        ("::: div\n    a\n    b", "<div><p>ab</p></div>"),
        ("::: div\n\nc\n", "<div></div><p>c</p>"),
        ("::: div", "<div></div>"),
        ("text\n::: div\n    a\ntext\n", "<p>text</p><div><p>a</p></div><p>text</p>"),
        ("::::: div\n    a\n", "<div><p>a</p></div>"),
        (":::div\n    a\n", "<div><p>a</p></div>"),
        ("::: div\n    a\n::: section\n    b\n", "<div><p>a</p></div><section><p>b</p></section>"),
        ("::: div\na\n::: section\nb\n", "<div><p>a</p></div><section><p>b</p></section>"),
        (
            "::: div\n    a\n\n    ::: section\n        b\n\n        ::: p\n            c *d*\n\n"
            "    d\n",
            "<div><p>a</p><section><p>b</p><p>c <em>d</em></p></section><p>d</p></div>",
        ),
        (
            "- item\n\n    ::: div\n        a\n\n- next\n",
            "<ul><li><p>item</p><div><p>a</p></div></li><li><p>next</p></li></ul>",
        ),
        (
            "- item\n  ::: div\n    a\n\n  more\n",
            "<ul><li><p>item</p><div><p>a</p></div><p>more</p></li></ul>",
        ),
        ("- item\n\n        ::: div\n            a\n", "<ul><li>item<div><p>a</p></div></li></ul>"),
        (
            "T\n:   D\n\n    ::: div\n        a\n",
            "<dl><dt>T</dt><dd><p>D</p><div><p>a</p></div></dd></dl>",
        ),
        ("::: div\n    - a\n      - b\n", "<div><ul><li>a<ul><li>b</li></ul></li></ul></div>"),
        ("::: div\n    <b>raw</b> `code`\n", "<div><p><b>raw</b> <code>code</code></p></div>"),
        (
            "::: details open\n    ::: summary\n        More\n\n    Text\n",
            '<details open="open"><summary>More</summary><p>Text</p></details>',
        ),
    ],
)
def test_where_a_block_ends(render: Render, source: str, html: str) -> None:
    """Indented lines are a block's content, else the lines up to the next blank one."""
    got = html_of(render, source).replace("<details open>", '<details open="open">')

    assert got == html


@pytest.mark.parametrize(
    ("header", "html"),
    [
        ("::: div class=note", '<div class="note">'),
        ('::: div class="note wide" id=x', '<div class="note wide" id="x">'),
        ("::: div id=x class='note wide'", '<div class="note wide" id="x">'),
        ("::: div title='\"a\" & b'", '<div title="&quot;a&quot; &amp; b">'),
        (
            "::: div data-x=1 aria-label='Two words' role=note lang=de",
            '<div aria-label="Two words" data-x="1" lang="de" role="note">',
        ),
        ("::: div hidden", "<div hidden>"),
        ("::: blockquote cite=https://example.org/", '<blockquote cite="https://example.org/">'),
    ],
)
def test_attributes(render: Render, header: str, html: str) -> None:
    """A block takes any attribute that its element has, bare or quoted, in any order."""
    page = render(f"{header}\n    a\n")
    (got,) = re.findall(r"<(?:div|blockquote)[^>]*>", page.html)

    assert messages(page) == []
    assert sorted(re.findall(r'[\w-]+(?:="[^"]*")?', got)) == sorted(
        re.findall(r'[\w-]+(?:="[^"]*")?', html)
    )


def test_a_style_becomes_a_class(render: Render) -> None:
    """`style=` on a block becomes a class, which the page's policy allows."""
    page = render('::: div class="note" style="color: red; margin: 0"\n    a\n')
    ((name, style),) = page.styles.items()

    assert style == "color: red; margin: 0"
    assert f'<div class="note {name}">' in page.html


def test_code_shows_a_block(render: Render) -> None:
    """A block in a fence, in indented code or in raw HTML is only shown."""
    fence = "```text\n::: div\n    a\n```\n"
    indented = "text\n\n    ::: div\n        b\n"
    raw = "<pre>\n::: div\n    c\n</pre>\n"

    html = html_of(render, f"{fence}\n{indented}\n{raw}")

    assert html.count("::: div") == 3
    assert "<div>" not in html


def test_footnotes_and_links_work_inside(render: Render) -> None:
    """Reference links and footnotes of the page may be used within a block."""
    page = render("::: div\n    [x][r] and[^1]\n\n[r]: other.md\n\n[^1]: Note.\n", {"other.md": ""})

    assert messages(page) == []
    assert '<div>\n<p><a href="other.html">x</a> and<sup' in page.html


def test_a_block_stays_in_its_footnote(render: Render) -> None:
    """A block, and what follows it, belongs to the footnote that it is indented in."""
    html = html_of(render, "a[^1]\n\n[^1]: Note\n\n    ::: div\n        b\n\n    more\n")

    assert '<li id="fn:1"><p>Note</p><div><p>b</p></div><p>more' in html


def test_a_script_inside_is_kept(render: Render) -> None:
    """Raw HTML in a block is not taken for Markdown."""
    page = render("::: div\n    <script>\n    if (a < b) c('*d*')\n    </script>\n")

    assert "<script>\nif (a < b) c('*d*')\n</script>" in page.html


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "a\n\n:::\n",
            "3: error: this ':::' closes no block; indent a block's lines instead of closing it",
        ),
        (
            "::: 3 columns\n    a\n",
            "1: error: '3 columns' is not a block's name; "
            "write ::: div, or ::: example href=demo.html",
        ),
        (
            "::: exmaple href=x\n    a\n",
            "1: error: there is no block 'exmaple'; did you mean 'example'?",
        ),
        (
            "::: qqq\n    a\n",
            "1: error: there is no block 'qqq'; use 'example', 'div' or another HTML element",
        ),
        (
            "::: div clas=x\n    a\n",
            "1: error: the block 'div' has no attribute 'clas'; did you mean 'class'?",
        ),
        ("::: div qqq=x\n    a\n", "1: error: the block 'div' has no attribute 'qqq'"),
        (
            "::: div onclick=x()\n    a\n",
            "1: error: 'onclick' is stopped by the page's security policy; use a script of its own",
        ),
        (
            '::: div class="x\n    a\n',
            "1: error: in this 'div' block, 'class=\"x' can't be read; close the quote",
        ),
        (
            "::: div class=x class=y\n    a\n",
            "1: error: in this 'div' block, 'class' is given twice; remove one",
        ),
    ],
)
def test_faults_of_a_block(render: Render, source: str, message: str) -> None:
    """Each fault names the line of the block's header, and the likely fix."""
    assert messages(render(source)) == [f"guide/page.md:{message}"]


def test_a_fault_in_a_nested_block_has_its_own_line(render: Render) -> None:
    """Lines count on through fences, scripts and blocks within blocks."""
    page = render(
        dedent(
            """\
            ---
            title: T
            ---
            ```js
            a
            ```

            <script>
            let a
            </script>

            ::: div
                text

                ```js
                b
                ```

                ::: section
                    ::: qqq
                        c
            """
        )
    )

    assert [problem.line for problem in page.problems] == [20]


def test_blocks_nest_only_so_deep(render: Render) -> None:
    """More than twenty levels are an error, not a crash."""
    source = "".join(f"{'  ' * level}::: div\n" for level in range(30))

    assert messages(render(source)) == [
        "guide/page.md:21: error: blocks are nested more than 20 deep"
    ]


@pytest.mark.parametrize("line", ["> ::: div", ">::: example href=x.html", "> > ::: div"])
def test_a_block_in_a_quote_is_an_error(render: Render, line: str) -> None:
    """It names another way to write it; quoted text with colons is only text."""
    assert messages(render(f"a\n\n{line}\n>     b\n\n> the sign `:::` and :::\n")) == [
        "guide/page.md:3: error: a ':::' block can't stand in a quote; "
        "write ::: blockquote around it"
    ]


def test_a_block_in_raw_html_is_an_error(render: Render) -> None:
    """Nothing is lost in silence; in an element with `markdown=1` the block is read."""
    page = render("<div>\n::: p\n    x\n</div>\n")

    assert messages(page) == [
        "guide/page.md:2: error: this block stands in raw HTML, where no Markdown is read; "
        "write markdown=1 into the tag around it"
    ]
    assert messages(render("<div markdown=1>\n::: p\n    x\n</div>\n")) == []
