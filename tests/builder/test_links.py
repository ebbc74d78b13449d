"""Links between pages, headings, assets and source views."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from liveguide.builder.collecting import collect_sources
from liveguide.builder.links import Target, find_target

from .conftest import Build, Files, Render, messages

FILES: Files = {
    "README.md": "# Home\n\n## Why\n",
    "sub/README.md": "# Sub\n",
    "sub/deep/page two.md": "# Two\n\n## Größe\n",
    "sub/logo.png": b"\x89PNG",
    "sub/ping.py": "x = 1\n",
    "sub/gramex.yaml": "url: {}\n",
    "sub/demo.html": "<p>",
    "empty/data.csv": "a,b\n",
}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("README.md", "./"),
        ("../README.md", "../"),
        ("../", "../"),
        ("/", "../"),
        (".", "./"),
        ("./", "./"),
        ("../sub", "./"),
        ("../sub/", "./"),
        ("/sub/README.md", "./"),
        ("deep/page%20two.md", "deep/page%20two.html"),
        ("<deep/page two.md>", "deep/page%20two.html"),
        ("deep/page%20two.html", "deep/page%20two.html"),
        ("deep/page%20two.md#größe", "deep/page%20two.html#größe"),
        ("deep/page%20two.md#gr%C3%B6%C3%9Fe", "deep/page%20two.html#gr%C3%B6%C3%9Fe"),
        ("../README.md?a=b&amp;c#why", "../?a=b&amp;c#why"),
        ("logo.png", "logo.png"),
        ("demo.html?x=1#y", "demo.html?x=1#y"),
        ("/empty/data.csv", "../empty/data.csv"),
        ("ping.py.source", "ping.py.source/"),
        ("gramex.yaml.source#L3", "gramex.yaml.source/#L3"),
        ("#own", "#own"),
        ("#top", "#top"),
        ("?x=1", "?x=1"),
        ("https://example.org/a.md", "https://example.org/a.md"),
        ("//example.org/a.md", "//example.org/a.md"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_a_link_is_written_as_the_site_needs_it(render: Render, written: str, address: str) -> None:
    """Local links lead to the address of what they name, relative to the page."""
    page = render(f"# Own\n\n[x]({written})\n", FILES, name="sub/page.md")

    assert messages(page) == []
    assert f'<a href="{address}">x</a>' in page.html


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{}" alt="">',
        "<a HREF='{}'>x</a>",
        '<video poster="{}"></video>',
        '<iframe src="{}"></iframe>',
        '<link rel="icon" href="{}">',
        '<audio src="{}"></audio>',
        "![x]({})",
        "[x][r]\n\n[r]: {}",
        '[x]({} "title")',
        "::: div\n    [x]({})",
        "- [x]({})",
        "> [x]({})",
        "a | b\n--|--\n[x]({}) | 2",
        "text[^1]\n\n[^1]: [x]({})",
    ],
)
def test_addresses_are_checked_wherever_they_stand(render: Render, html: str) -> None:
    """Markdown's links and images, and raw HTML, are rewritten and checked alike."""
    good = render(html.format("/sub/logo.png") + "\n", FILES, name="sub/page.md")
    bad = render("text\n\n" + html.format("lego.png") + "\n", FILES, name="sub/page.md")
    line = 5 if "\n\n" in html else 4 if "::: " in html else 5 if "--|--" in html else 3

    assert messages(good) == []
    assert re.search(r"""["']logo.png["']""", good.html)
    assert messages(bad) == [
        f"guide/sub/page.md:{line}: warning: the link 'lego.png' is broken: "
        "there is no such file; did you mean 'logo.png'?"
    ]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("pag.md", "there is no such file; did you mean 'page.md'?"),
        ("zzzzzz", "there is no such file"),
        ("deep/page%20tow.md", "there is no such file; did you mean 'deep/page two.md'?"),
        ("ping.py.sorce", "there is no such file; did you mean 'ping.py.source'?"),
        ("../../x.md", "it leads out of the guide folder"),
        ("ping.py", "this file is not published; link to ping.py.source to show its source"),
        (
            "gramex.yaml",
            "this file is not published; link to gramex.yaml.source to show its source",
        ),
        ("../empty/", "this folder has no page; give it a README.md"),
        (".env.source", "there is no such file; did you mean 'logo.png.source'?"),
    ],
)
def test_broken_links(render: Render, written: str, reason: str) -> None:
    """The warning names file and line, the address as written, and the nearest name."""
    files = {**FILES, "sub/.env": "SECRET=1\n"}

    page = render(f"text\n\n[x]({written})\n", files, name="sub/page.md")

    assert messages(page) == [
        f"guide/sub/page.md:3: warning: the link {written!r} is broken: {reason}"
    ]
    assert page.source_views == set()


def test_an_address_that_is_none(render: Render) -> None:
    """An address that can't be read is a broken link, not a crash."""
    page = render("[x](http://[y)\n\n<img src='http://[z' alt=''>\n")

    assert messages(page) == [
        "guide/page.md:1: warning: the link 'http://[y' is broken: Invalid IPv6 URL",
        "guide/page.md:3: warning: the link 'http://[z' is broken: Invalid IPv6 URL",
    ]


def test_each_occurrence_has_its_line(render: Render) -> None:
    """Several links to one place are each named; those shown in code are not counted."""
    page = render("---\ntitle: T\n---\n```md\n[x](no.md)\n```\n\n[x](no.md)\n\ntext\n[y](no.md)\n")

    assert [problem.line for problem in page.problems] == [8, 11]


def test_a_link_in_code_is_no_link(render: Render) -> None:
    """Code may show links that lead nowhere."""
    page = render("`[x](no.md)`\n\n    [x](no.md)\n\n```html\n<a href='no.md'>\n```\n")

    assert messages(page) == []


def test_a_source_link_publishes_its_file(render: Render) -> None:
    """Only what a page links to as `.source` is noted for publishing."""
    page = render("[x](sub/ping.py.source) [y](sub/demo.html.source)\n", FILES)

    assert page.source_views == {"sub/ping.py", "sub/demo.html"}


def test_headings_of_every_page_are_checked(build: Build) -> None:
    """A link to a heading that does not exist is a warning, on this page and on others."""
    built = build(
        {
            "README.md": "# Home\n\n[a](#home)\n[b](#hme)\n[c](sub/README.md#why)\n"
            "[d](sub/README.md#whi)\n[e](sub/#zzzzzz)\n[f](#mine)\n<b id=mine></b>\n"
            "[g](sub/README.md#a-name)\n[h](demo.html#anything)\n[i](sub/#top)\n",
            "sub/README.md": '# Sub\n\n## Why\n\n<a name="a-name"></a>\n',
            "demo.html": "<p>",
        }
    )

    assert built.messages == [
        "guide/README.md:4: warning: the link '#hme' is broken: the page has no 'hme'; "
        "did you mean 'home'?",
        "guide/README.md:6: warning: the link 'sub/README.md#whi' is broken: "
        "the page has no 'whi'; did you mean 'why'?",
        "guide/README.md:7: warning: the link 'sub/#zzzzzz' is broken: the page has no 'zzzzzz'",
    ]


def test_targets(write_tree: Callable[[Files], Path], tmp_path: Path) -> None:
    """A local path leads to a path in the site, or to the reason why there is none."""
    sources, _ = collect_sources(write_tree(FILES), tmp_path / "site")

    assert find_target("ping.py.source", "sub", sources) == Target(
        "sub/ping.py.source/index.html", "sub/ping.py"
    )
    assert find_target("", "sub", sources) == Target("sub/index.html")
    assert find_target("/", "sub", sources) == Target("index.html")
    assert find_target("..", "", sources) == "it leads out of the guide folder"


def test_a_folder_s_page_is_found_by_the_folder_s_name(render: Render) -> None:
    """Whoever looks for hello.md is told of hello/README.md."""
    page = render("[x](helo.md)\n", {"hello/README.md": "# Hello\n"})

    assert messages(page) == [
        "guide/page.md:1: warning: the link 'helo.md' is broken: there is no such file; "
        "did you mean 'hello/README.md'?"
    ]
