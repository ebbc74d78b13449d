"""The `::: example` block."""

from __future__ import annotations

import re

import pytest

from .conftest import Render, messages

FILES = {
    "messages.html": "<p>",
    "messages.py": "x = 1\n",
    "sub/README.md": "# Sub\n",
    "a b.html": "",
}


def hrefs(html: str) -> list[str]:
    """Return every address on a page's links."""
    return re.findall(r'<a\b[^>]*\bhref="([^"]*)"', html)


@pytest.mark.parametrize(
    "header",
    [
        "href=messages.html source=messages.py target=_blank",
        "target='_blank' source='messages.py' href='messages.html'",
        'source="messages.py" target="_blank" href="messages.html"',
        "href=messages.html source=messages.py.source target=_blank",
    ],
)
def test_a_card_leads_to_its_demo_and_source(render: Render, header: str) -> None:
    """Values may be bare or quoted, in any order; a local source gets a page of its own."""
    page = render(f"::: example {header}\n    Messages *example*\n", FILES)

    assert messages(page) == []
    assert page.examples == 1
    assert page.source_views == {"messages.py"}
    assert "messages.html" in hrefs(page.html)
    assert "messages.py.source/" in hrefs(page.html)
    assert re.search(r'<a\b[^>]*href="messages.html"[^>]*target="_blank"', page.html)
    assert "Messages <em>example</em>" in page.html
    assert "Messages example" in page.html  # the name of the frame, without markup


@pytest.mark.parametrize(
    ("source", "label", "after"),
    [
        ("    One\n\n    Two\n\nAfter\n", ["<p>One</p>", "<p>Two</p>"], "<p>After</p>"),
        ("One\ntwo\n\nAfter\n", ["<p>One\ntwo</p>"], "<p>After</p>"),
        ("    One\n:::\n\nAfter\n", ["<p>One</p>"], "<p>After</p>"),
        ("    - a\n      - b\n\nAfter\n", ["<li>a<ul>\n<li>b</li>"], "<p>After</p>"),
        ("    One\n\n\n    Two\n\n\n\nAfter\n", ["<p>One</p>", "<p>Two</p>"], "<p>After</p>"),
    ],
)
def test_labels(render: Render, source: str, label: list[str], after: str) -> None:
    """A label is the indented lines, or the lines up to the next blank one; Markdown inside."""
    page = render(f"::: example href=messages.html\n{source}", FILES)
    card, _, rest = page.html.rpartition("</")[0].partition(after.removesuffix("</p>"))

    assert messages(page) == []
    assert rest == ""
    for part in label:
        assert part in card


def test_a_card_without_a_label_is_named_after_its_demo(render: Render) -> None:
    """Without a label the card says where it leads."""
    page = render("::: example href=messages.html\n\ntext\n", FILES)

    assert "<p>messages.html</p>" in page.html


def test_a_demo_and_a_source_elsewhere(render: Render) -> None:
    """Addresses of other sites are linked as they are, and not shown in a frame."""
    page = render(
        "::: example href=https://example.org/demo source=https://example.org/a/b.py\n    Label\n"
    )

    assert messages(page) == []
    assert page.source_views == set()
    assert {"https://example.org/demo", "https://example.org/a/b.py"} <= set(hrefs(page.html))
    assert "<iframe" not in page.html
    assert "b.py</a>" in page.html


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("../messages.html", "../messages.html"),
        ("/messages.html?room=1#top", "../messages.html?room=1#top"),
        ("../sub/", "./"),
        ("README.md", "./"),
        ("../a%20b.html", "../a%20b.html"),
        ("'../a b.html'", "../a%20b.html"),
    ],
)
def test_addresses_are_those_of_the_site(render: Render, href: str, address: str) -> None:
    """A demo is named as on any link of the page."""
    page = render(f"::: example href={href}\n    Label\n", FILES, name="sub/page.md")

    assert messages(page) == []
    assert address in hrefs(page.html)


def test_a_source_view_may_be_the_demo(render: Render) -> None:
    """An `href` that ends in `.source` publishes that view."""
    page = render("::: example href=messages.py.source\n    Label\n", FILES)

    assert messages(page) == []
    assert page.source_views == {"messages.py"}


def test_an_example_may_stand_in_a_list_and_in_a_block(render: Render) -> None:
    """A card works wherever a block does."""
    page = render(
        "- item\n\n    ::: example href=messages.html\n        One\n\n"
        "::: div\n    ::: example href=messages.html\n        Two\n",
        FILES,
    )

    assert messages(page) == []
    assert page.examples == 2


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "hrf=messages.html",
            "error: the block 'example' has no attribute 'hrf'; did you mean 'href'?",
        ),
        (
            "source=messages.py",
            "error: this example has no href; name the page it opens, as in href=demo.html",
        ),
        (
            "href=",
            "error: in this 'example' block, 'href=' can't be read; "
            'write options as key=value or key="two words"',
        ),
        (
            "href='' source=messages.py",
            "error: this example has no href; name the page it opens, as in href=demo.html",
        ),
        (
            "href=messages.html soruce=messages.py",
            "error: the block 'example' has no attribute 'soruce'; did you mean 'source'?",
        ),
        (
            "href=messages.html class=x",
            "error: the block 'example' has no attribute 'class'; "
            "it has expect, feature, href, source, target, windows",
        ),
        (
            'href=messages.html expect=""',
            'error: expect= states no text; write expect="what must appear"',
        ),
        ("href=messages.html target", "error: 'target' has no value; write target=VALUE"),
        (
            "href=mesages.html",
            "warning: the example's href='mesages.html' is broken: there is no such file; "
            "did you mean 'messages.html'?",
        ),
        (
            "href=messages.py",
            "warning: the example's href='messages.py' is broken: this file is not published; "
            "link to messages.py.source to show its source",
        ),
        (
            "href=../x.html",
            "warning: the example's href='../x.html' is broken: it leads out of the guide folder",
        ),
        (
            "href=messages.html source=mesages.py",
            "warning: the example's source='mesages.py' is broken: there is no such file; "
            "did you mean 'messages.py'?",
        ),
        (
            "href=messages.html source=sub/",
            "warning: the example's source='sub/' is broken: it is no file",
        ),
        ("href=http://[x", "error: the example's href='http://[x' is broken: Invalid IPv6 URL"),
        (
            "href=messages.html source=http://[x",
            "error: the example's source='http://[x' is broken: Invalid IPv6 URL",
        ),
    ],
)
def test_faults_of_an_example(render: Render, header: str, message: str) -> None:
    """Each fault names the line of the example, the value, and the likely fix."""
    page = render(f"text\n\n::: example {header}\n    Label\n", FILES)

    assert messages(page) == [f"guide/page.md:3: {message}"]


@pytest.mark.parametrize("separator", [" ", ",", ", "])
def test_a_card_may_name_several_sources(render: Render, separator: str) -> None:
    """Each file gets a link of its own, in the author's order."""
    names = separator.join(["messages.py", "messages.html", "https://example.org/x/other.py"])
    page = render(f'::: example href=messages.html source="{names}"\n    Room\n', FILES)
    links = re.findall(r'class="example-source" href="([^"]*)">([^<]*)<', page.html)

    assert messages(page) == []
    assert links == [
        ("messages.py.source/", "messages.py"),
        ("messages.html.source/", "messages.html"),
        ("https://example.org/x/other.py", "other.py"),
    ]
    assert page.source_views == {"messages.py", "messages.html"}


def test_a_demo_may_be_shown_in_several_windows(render: Render) -> None:
    """Each frame has a title of its own."""
    page = render("::: example href=messages.html windows=2\n    Room\n", FILES)
    titles = re.findall(r"<iframe[^>]* title=\"([^\"]*)\"", page.html)

    assert messages(page) == []
    assert titles == ["Room, window 1 of 2", "Room, window 2 of 2"]
    assert "Show 2 windows here" in page.html


@pytest.mark.parametrize("written", ["0", "5", "two", "-1", "1.5", "99999999999", "²"])
def test_a_wrong_number_of_windows_is_an_error(render: Render, written: str) -> None:
    """The error names the block's line and the numbers that there are."""
    page = render(f"::: example href=messages.html windows={written}\n    Room\n", FILES)

    assert messages(page) == [
        f"guide/page.md:1: error: windows='{written}' is not a number from 1 to 4; write windows=2"
    ]


def test_a_card_states_what_must_appear(render: Render) -> None:
    """The checker finds the text, and the block's line, on the card."""
    page = render('::: example href=messages.html expect="How <are> you"\n    Bot\n', FILES)

    assert messages(page) == []
    assert 'data-line="1" data-expect="How &lt;are&gt; you"' in page.html
