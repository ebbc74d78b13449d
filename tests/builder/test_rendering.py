"""One page's Markdown to HTML, contents and title."""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder import rendering
from liveguide.builder.collecting import collect_sources
from liveguide.builder.rendering import Renderer
from liveguide.settings import Settings

from .conftest import Files, Render, messages

HEADERLINK = re.compile(r'<a class="headerlink".*?</a>')


def html_of(render: Render, source: str) -> str:
    """Return the HTML of a page without line ends and heading links."""
    page = render(source)
    assert messages(page) == []
    return re.sub(r"\s*\n\s*", "", HEADERLINK.sub("", page.html))


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "*a* **b** `c` [d](page.md)",
            '<p><em>a</em> <strong>b</strong> <code>c</code> <a href="page.html">d</a></p>',
        ),
        (
            "a | b\n--|--\n1 | 2 \\| 3\n",
            '<div class="table-scroll"><table><thead><tr><th>a</th><th>b</th></tr></thead>'
            "<tbody><tr><td>1</td><td>2 | 3</td></tr></tbody></table></div>",
        ),
        ("Term\n:   One\n:   Two\n", "<dl><dt>Term</dt><dd>One</dd><dd>Two</dd></dl>"),
        (
            "HTML is old.\n\n*[HTML]: Hyper Text\n",
            '<p><abbr title="Hyper Text">HTML</abbr> is old.</p>',
        ),
        ("# Head {: #own .big data-x=1 }\n", '<h1 class="big" data-x="1" id="own">Head</h1>'),
        ("text *x*{: .y }\n{: #z }\n", '<p id="z">text <em class="y">x</em></p>'),
        (
            '!!! warning "Mind"\n    the *gap*\n',
            '<div class="admonition warning"><p class="admonition-title">Mind</p>'
            "<p>the <em>gap</em></p></div>",
        ),
        (
            "!!! note\n    - a\n        - b\n",
            '<div class="admonition note"><p class="admonition-title">Note</p>'
            "<ul><li>a<ul><li>b</li></ul></li></ul></div>",
        ),
        (
            '"It\'s" -- so... \'yes\' --- `"no"`\n',
            "<p>&ldquo;It&rsquo;s&rdquo; &ndash; so&hellip; &lsquo;yes&rsquo; &mdash; "
            '<code>"no"</code></p>',
        ),
        (
            "[one][1], [two], [Three][]\n\n[1]: page.md 'T'\n[two]: page.md\n[three]: <page.md>\n",
            '<p><a href="page.html" title="T">one</a>, <a href="page.html">two</a>, '
            '<a href="page.html">Three</a></p>',
        ),
        (
            "> quote\n> > inner\n\n---\n",
            "<blockquote><p>quote</p><blockquote><p>inner</p></blockquote></blockquote><hr>",
        ),
        ('<div class="a">*raw* <b>b</b></div>\n', '<div class="a">*raw* <b>b</b></div>'),
        ("a <kbd>F12</kbd> <!-- c --> b\n", "<p>a <kbd>F12</kbd> <!-- c --> b</p>"),
        ('<div markdown="1">*md*</div>\n', "<div><p><em>md</em></p></div>"),
        ("a<br>\nb  \nc\n", "<p>a<br>b<br>c</p>"),
        ("\ttabbed code\n", "<pre><code>tabbed code</code></pre>"),
        ("- a\n\n\ttabbed\n", "<ul><li><p>a</p><p>tabbed</p></li></ul>"),
    ],
)
def test_markdown(render: Render, source: str, html: str) -> None:
    """The Markdown that the guides use, source and expected HTML side by side."""
    assert html_of(render, source) == html


def test_footnotes(render: Render) -> None:
    """Footnotes are gathered at the end, and link there and back; nothing is broken."""
    html = html_of(render, "One[^a] and two[^b].\n\n[^a]: First.\n\n[^b]: Second.\n")

    assert re.findall(r'href="#([^"]*)"', html) == ["fn:a", "fn:b", "fnref:a", "fnref:b"]
    assert html.index("First.") < html.index("Second.")


def test_the_policy_of_scripts_is_not_in_the_way_of_their_text(render: Render) -> None:
    """A script and a stylesheet come out as they went in, wherever they stand."""
    script = (
        "<script>\n// *not* _Markdown_ & 'quotes' -- ...\n\nif (a < b && c > d) {\n"
        "\tx('</p>' + `\n- a\n  - b\n\n# h\n\n::: div\n\n[l](no.md) <b>`)\n}\n</script>"
    )
    style = "<style>\n\n  p > a { color: red }\n\n</style>"

    page = render(f"- a\n  - b\n\n{script}\n\ntext\n\n{style}\n\n{script}\n")

    assert messages(page) == []
    assert page.html.count(script) == 2
    assert style in page.html


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("---\ntitle: Mine\n---\n# Heading\n", "page.md", "Mine"),
        ("---\ntitle: ''\n---\n# Heading\n", "page.md", "Heading"),
        ('text\n\n## *First* `one` & "last"\n\n# Second\n', "page.md", "First one & “last”"),
        ("# `<b>` & &lt;\n", "page.md", "<b> & <"),
        ("Setext\n======\n", "page.md", "Setext"),
        ("text\n", "two-words_more.md", "Two words more"),
        ("text\n", "chat-room/README.md", "Chat room"),
        ("text\n", "README.md", "Home"),
        ("", "größe.md", "Größe"),
    ],
)
def test_titles(render: Render, text: str, name: str, title: str) -> None:
    """The title is that of the front matter, or the first heading, or else the file's name."""
    assert render(text, name=name).title == title


@pytest.mark.parametrize(
    ("text", "opens"),
    [("# A\n", True), ("\n\n# A\n", True), ("## A\n", False), ("text\n\n# A\n", False)],
)
def test_whether_a_page_opens_with_its_heading(render: Render, text: str, opens: bool) -> None:
    """Only a first heading of level 1 stands for the page's title."""
    assert render(text).opens_with_heading is opens


def test_bytes_that_people_write(render: Render) -> None:
    """Windows and old Mac line ends, a byte-order mark and Markdown's own marks do no harm."""
    expected = render("---\ntitle: T\n---\n# A\n\n```js\na\nb\n```\n\n[x](no.md)\n")
    source = "---\ntitle: T\n---\n# A\n\n```js\na\nb\n```\n\n[x](no.md)\n"

    for text in (
        b"\xef\xbb\xbf" + source.encode(),
        source.replace("\n", "\r\n").encode(),
        source.replace("\n", "\r").encode(),
        source.replace("A", "\x02A\x03").encode(),
    ):
        page = render(text)
        assert (page.html, page.title, messages(page)) == (
            expected.html,
            expected.title,
            messages(expected),
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            b"# A\n\nna\xefve\n",
            "guide/page.md:3: error: byte 0xef is not UTF-8; save the file as UTF-8",
        ),
        (
            "\ufeff# A\n".encode("utf-16-le"),
            "guide/page.md:1: error: byte 0xff is not UTF-8; save the file as UTF-8",
        ),
        (
            b"---\ntitle: [\n---\n",
            "guide/page.md:3:1: error: this is not valid YAML: did not find expected node content; "
            "quote a value that begins with one of , ] }, or close the bracket that is still open",
        ),
        (
            "".join("    " * n + "- x\n" for n in range(300)),
            "guide/page.md:1: error: lists, quotes or brackets are nested too deeply here; "
            "flatten them",
        ),
    ],
)
def test_pages_that_can_not_be_rendered(render: Render, text: str | bytes, message: str) -> None:
    """A page that can't be rendered is noted, never raised, and has no content."""
    page = render(text)

    assert messages(page) == [message]
    assert page.html == ""


def test_a_page_that_is_gone(write_tree: Callable[[Files], Path]) -> None:
    """A page that somebody deletes during the build is an error like any other."""
    guide = write_tree({"page.md": ""})
    sources, _ = collect_sources(guide, guide / "site")
    (guide / "page.md").unlink()

    page = Renderer(guide, sources, Settings()).render(sources.files["page.md"])

    assert messages(page) == [
        f"{guide}/page.md: error: it can't be read: No such file or directory"
    ]


def test_an_empty_page(render: Render) -> None:
    """An empty page is a page without content."""
    page = render("")

    assert messages(page) == []
    assert page.html == ""


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "a" * 1_000_000,
        "https://example.org/" * 50_000,
        "# One\n\n" + "Some text, and some more of it.\n\n" * 10_000,
        "```js\n" + "var x = 1\n" * 20_000 + "```\n",
        "<!--\n" * 2_000,
        "<script>\n" * 2_000,
        "```\n" * 2_000,
        "    ```\n" * 2_000,
        "::: div\n" * 2_000,
        "[" * 2_000,
        ">" * 2_000,
    ],
    ids=lambda text: f"{text[:9]!r} {len(text)}",
)
def test_large_and_odd_pages(render: Render, text: str) -> None:
    """A page of a megabyte, in one line or many, and hostile ones are rendered or refused."""
    page = render(text)

    assert page.html or page.problems


def test_a_page_that_takes_too_long(
    write_tree: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that would take hours is given up, and the next one is rendered as if alone."""
    guide = write_tree({"slow.md": "- a\n\n    *b* `c` " * 20_000, "after.md": "- a\n\n- b\n"})
    monkeypatch.setattr(rendering, "SECONDS_PER_PAGE", 0.2)
    sources, _ = collect_sources(guide, guide / "site")
    renderer = Renderer(guide, sources, Settings())

    gc.disable()  # Hypothesis listens to it, and what is raised in a listener is lost
    try:
        slow = renderer.render(sources.files["slow.md"])
    finally:
        gc.enable()
    after = renderer.render(sources.files["after.md"])
    alone = Renderer(guide, sources, Settings()).render(sources.files["after.md"])

    assert messages(slow) == [
        f"{guide}/slow.md:3: error: the page takes more than 0.2 s to render, and was given up "
        "here; split it, or close what is open"
    ]
    assert after.html == alone.html


def test_a_page_after_one_that_was_nested_too_deeply(
    write_tree: Callable[[Files], Path],
) -> None:
    """What a page left half done has no effect on the next."""
    guide = write_tree(
        {
            "deep.md": "".join("    " * n + "- x\n" for n in range(300)),
            "after.md": "- a\n- b\n\nc\n",
        }
    )
    sources, _ = collect_sources(guide, guide / "site")
    renderer = Renderer(guide, sources, Settings())

    assert renderer.render(sources.files["deep.md"]).problems
    html = renderer.render(sources.files["after.md"]).html
    assert re.sub(r"\s*\n\s*", "", html) == "<ul><li>a</li><li>b</li></ul><p>c</p>"


def test_pages_share_nothing(write_tree: Callable[[Files], Path]) -> None:
    """References, footnotes, abbreviations and heading ids of one page are unknown on the next."""
    guide = write_tree(
        {
            "a.md": "# X\n\n[TOC]\n\nHTML[^1] [r]\n\n*[HTML]: H\n\n[^1]: N\n\n[r]: b.md\n\n"
            "```js\nnew WebSocket('x')\n```\n",
            "b.md": "# X\n\nHTML[^1] [r]\n",
        }
    )
    sources, _ = collect_sources(guide, guide / "site")
    renderer = Renderer(guide, sources, Settings())

    renderer.render(sources.files["a.md"])
    page = renderer.render(sources.files["b.md"])

    assert HEADERLINK.sub("", page.html) == '<h1 id="x">X</h1>\n<p>HTML[^1] [r]</p>'
    assert ([entry.id for entry in page.contents], page.has_contents) == (["x"], False)
    assert page.snippets == []


def test_another_thread_renders_without_a_time_limit(render: Render) -> None:
    """Signals reach the main thread only; elsewhere a page is rendered all the same."""
    pages = []
    thread = threading.Thread(target=lambda: pages.append(render("# A\n")))
    thread.start()
    thread.join()

    assert [page.title for page in pages] == ["A"]
