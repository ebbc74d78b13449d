"""Whole sites: what is written, what is not, and that every link of it works."""

from __future__ import annotations

import html
import json
import os
import posixpath
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from liveguide.builder.progress import Progress
from liveguide.builder.site import build_site

from .conftest import Build, Built, Files, tree

SITES = Path(__file__).parents[1] / "sites"

FRONT_MATTER = """\
---
title: The <Title> & more
prefix: Short "name"
icon: logo.svg
desc: A sentence with "quotes" & <tags>.
by: Team <Gramener>
type: micro&service
extra: {layout: [wide]}
...
"""

GUIDE: Files = {
    "README.md": "# Home\n\n[TOC]\n\n## Why\n\n"
    "[s](sub/README.md) [t](sub/deep/two%20words.md#größe)\n"
    "[w](#why) [p](sub/ping.py.source) ![l](/sub/logo.svg)\n\n```python file=sub/ping.py\n```\n\n"
    "```js\nnew WebSocket('x')\n```\n",
    "sub/README.md": "---\ntitle: Sub\nicon: logo.svg\n---\n"
    "::: example href=demo.html source=ping.py\n    Demo\n\n"
    "[h](..) [h](/) [y](gramex.yaml.source)\n"
    '<p style="color: red"><a href="deep/two words.md">x</a></p>\n\n'
    "```js\nnew WebSocket('x')\n```\n",
    "sub/deep/two words.md": "# Größe\n\n[u](../) [d](größe.md) [i](<../a b.png>)[^1]\n\n"
    "[^1]: Note.\n",
    "sub/deep/größe.md": "# Deep\n\n[r](../../README.md#why)\n\n```js\nnew WebSocket('x')\n```\n",
    "sub/demo.html": '<!doctype html><script src="demo.js"></script><a href="./">x</a>',
    "sub/demo.js": "'use strict'\n",
    "sub/logo.svg": "<svg/>",
    "sub/a b.png": b"\x89PNG",
    "sub/ping.py": "x = 1 < 2\n",
    "sub/secret.py": "PRIVATE = 1\n",
    "sub/gramex.yaml": "url: {}\n",
    "sub/.env": "PRIVATE=1\n",
    "nopage/inner.md": "# Inner\n",
    "liveguide.yaml": "title: My site\n",
}


@pytest.fixture(name="built")
def _built(build: Build) -> Built:
    return build(GUIDE)


def addresses(text: str) -> list[str]:
    """Return every address that a page names."""
    found = re.findall(r"""\s(?:href|src|poster|data)=(?:"([^"]*)"|'([^']*)')""", text)
    return [html.unescape(double or single) for double, single in found]


def test_every_address_of_a_site_leads_somewhere(built: Built, tmp_path: Path) -> None:
    """Below a sub-path of a plain static host, each link, image and script is a file's."""
    assert built.messages == []
    host = tmp_path / "host"
    shutil.copytree(built.site, host / "docs/v1")
    pages = {path for path in tree(host) if path.endswith(".html") and "404" not in path}
    ids = {path: set(re.findall(r'\sid="([^"]*)"', (host / path).read_text())) for path in pages}

    checked = 0
    for page in sorted(pages):
        for address in addresses((host / page).read_text()):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            path = unquote(parts.path)
            assert not path.startswith("/"), (page, address)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
            target = page if not path else target
            assert target.startswith("docs/v1"), (page, address)
            if path.endswith("/") or path in (".", ".."):
                target += "/index.html"
            assert (host / target).is_file(), (page, address)
            if parts.fragment and target in ids and ".source/" not in target:
                assert unquote(parts.fragment) in {*ids[target], "top"}, (page, address)
            checked += 1
    assert checked > 50


def test_what_a_site_holds(built: Built) -> None:
    """Pages, assets, source views and our own files, and nothing else of the guide."""
    names = {name for name in built.tree() if not name.startswith("_liveguide/")}

    assert names == {
        ".liveguide.json",
        ".liveguide.policies",
        "404.html",
        "apple-touch-icon.png",
        "favicon.ico",
        "index.html",
        "index.md",
        "llms-full.txt",
        "llms.txt",
        "nopage/inner.html",
        "nopage/inner.md",
        "sub/a b.png",
        "sub/deep/größe.html",
        "sub/deep/größe.md",
        "sub/deep/two words.html",
        "sub/deep/two words.md",
        "sub/demo.html",
        "sub/demo.js",
        "sub/gramex.yaml.source/gramex.yaml.txt",
        "sub/gramex.yaml.source/index.html",
        "sub/index.html",
        "sub/index.md",
        "sub/logo.svg",
        "sub/ping.py.source/index.html",
        "sub/ping.py.source/ping.py.txt",
    }
    assert (built.report.pages, built.report.examples, built.report.snippets) == (5, 1, 3)
    assert built.report.written


def test_what_is_private_stays_private(built: Built) -> None:
    """Python files, configuration and dot files that no page names are nowhere in the site."""
    for name, content in built.tree().items():
        assert b"PRIVATE" not in content, name


def test_a_source_view_shows_its_file(built: Built) -> None:
    """The view has the highlighted source with an anchor on each line, and the raw text."""
    view = built.text("sub/ping.py.source/index.html")

    assert '<span class="line" data-line="1" id="L1">x = <span class="m">' in view
    assert 'href="ping.py.txt"' in view
    assert 'href="../../"' in view  # the first page that asks for it
    assert "<title>ping.py \N{EN DASH} My site</title>" in view
    assert built.text("sub/ping.py.source/ping.py.txt") == "x = 1 < 2\n"


def test_front_matter_shows_up_where_a_reader_expects_it(build: Build) -> None:
    """Browser title, navigation label, icon, description and lead, author and badge, escaped."""
    built = build(
        {
            "README.md": "# Home\n",
            "sub/page.md": FRONT_MATTER + "text\n",
            "sub/logo.svg": "<svg/>",
            "liveguide.yaml": "title: Site\nlanguage: de\n",
        }
    )
    page = built.text("sub/page.html")
    body = page.partition("<body")[2]

    assert built.messages == []
    assert "<title>The &lt;Title&gt; &amp; more \N{EN DASH} Site</title>" in page
    assert re.search(r"<h1>.*The &lt;Title&gt; &amp; more.*</h1>", body)
    assert "Short &quot;name&quot;" in body
    assert re.search(r'<img[^>]*src="logo.svg"', body)
    description = "A sentence with &quot;quotes&quot; &amp; &lt;tags&gt;."
    assert f'<meta name="description" content="{description}">' in page
    assert description in body
    assert "Team &lt;Gramener&gt;" in body
    assert "micro&amp;service" in body
    assert '<html lang="de"' in page
    home = built.text()
    assert "<title>Home \N{EN DASH} Site</title>" in home
    assert 'href="sub/page.html"' in home


def test_a_page_with_its_own_heading_has_one(build: Build) -> None:
    """A title is shown once: the page's own heading stands for it."""
    built = build({"README.md": "# Home\n", "two.md": "## Two\n\ntext\n"})

    assert built.text().count("<h1") == 1
    assert re.search(r"<h1[^>]*>Two</h1>", built.text("two.html"))


def test_each_page_carries_its_policy(build: Build) -> None:
    """The manifest and, where a host sends no headers, the page itself name the policy."""
    built = build({"README.md": "# Home\n\n<script>a()</script>\n", "two.md": "# Two\n"})
    policies = json.loads(built.text(".liveguide.json"))["policies"]

    for output in ("index.html", "two.html"):
        assert html.escape(policies[output]) in built.text(output)
    assert "sha256-" in policies["index.html"]
    assert "sha256-" not in policies["two.html"]


def test_every_inline_script_of_a_page_is_in_its_policy(built: Built) -> None:
    """Our own templates have no inline script, style or event attribute."""
    for name, content in built.tree().items():
        if name.endswith(".html") and name != "sub/demo.html":
            text = content.decode()
            assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*json)[^>]*>", text), name
            assert not re.search(r"<style|<[a-z][^>]*\s(?:style|on[a-z]+)=", text), name


def test_a_snippet_has_its_script(built: Built) -> None:
    """Each runnable fence has a script of its own, which its page names."""
    (src,) = re.findall(r'<live-snippet src="([^"]*)"', built.text("sub/deep/größe.html"))
    script = (built.site / "sub/deep" / unquote(src)).resolve()

    assert script.read_text() == (
        "document.currentScript.snippet = "
        "async function (console, WebSocket) {new WebSocket('x')\n}\n"
    )


def test_styles_of_all_pages_stand_in_one_sheet(built: Built) -> None:
    """The classes that stand for `style=` have their rules, on the pages that need them."""
    assert "{ color: red }" in built.text("_liveguide/author.css")
    assert "../_liveguide/author.css" in addresses(built.text("sub/index.html"))
    assert "author.css" not in built.text("nopage/inner.html")


def test_a_guide_without_styles_has_no_such_sheet(build: Build) -> None:
    """No file is written that nothing needs."""
    assert "_liveguide/author.css" not in build({"README.md": "# Home\n"}).tree()


def test_the_page_for_addresses_that_do_not_exist(built: Built) -> None:
    """It is served at any depth, so its addresses count from the top, and lead somewhere."""
    for address in addresses(built.text("404.html")):
        if not address.startswith("#"):
            assert address.startswith("/")
            path = built.site / unquote(address[1:])
            assert path.is_file() or (path / "index.html").is_file(), address


def test_the_same_input_gives_the_same_site(build: Build) -> None:
    """Byte for byte: again, elsewhere, with one process or two, from files of another age."""
    first = build(GUIDE).tree()
    for path in Path("guide").rglob("*"):
        os.utime(path, (1, 1))

    assert build({}).tree() == first
    assert build({}, site="elsewhere/x", jobs=1).tree() == first
    assert build({}, site="elsewhere/y", jobs=2).tree() == first
    shutil.copytree("guide", "copy/guide")
    os.chdir("copy")  # the fixture goes back in the end
    build_site(Path("guide"), Path("site"), copies=False)
    assert tree(Path("site")) == first


def test_two_processes_find_what_one_finds(build: Build) -> None:
    """Problems, counts and order do not depend on the number of processes."""
    files = {f"p{n}.md": f"[x](no{n}.md)\n\n```js\nnew WebSocket('x')\n```\n" for n in range(9)}

    one = build(files, jobs=1).report
    two = build(files, site="other", jobs=2).report

    assert one == two
    assert len(one.problems) == 9


def test_removed_pages_disappear(build: Build) -> None:
    """What a guide no longer has, its site no longer has."""
    build({"README.md": "# Home\n", "old.md": "# Old\n", "old.png": "", "old/x.txt": ""})
    shutil.rmtree("guide/old")
    Path("guide/old.md").unlink()
    Path("guide/old.png").unlink()

    assert not [name for name in build({}).tree() if "old" in name]


@pytest.mark.parametrize("strict", [False, True])
def test_a_build_that_fails_leaves_the_old_site(build: Build, strict: bool) -> None:
    """An error keeps the old site; so does a warning when it is strict."""
    before = build({"README.md": "# Home\n"}).tree()

    built = build({"README.md": "[x](no.md)\n" if strict else "```\n"}, strict=strict)

    assert (built.report.written, len(built.report.problems)) == (False, 1)
    assert built.tree() == before


@pytest.mark.parametrize(
    ("icon", "message"),
    [
        ("lego.svg", "there is no such file; did you mean 'logo.svg'?"),
        ("../x.svg", "it leads out of the guide folder"),
    ],
)
def test_a_missing_icon(build: Build, icon: str, message: str) -> None:
    """An icon that does not exist is a warning with its line; the page has none."""
    built = build({"README.md": f"---\ntitle: T\nicon: {icon}\n---\n", "logo.svg": "<svg/>"})

    assert built.messages == [f"guide/README.md:3: warning: the icon {icon!r} is broken: {message}"]
    assert icon not in built.text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG", "guide/x.bin:1: error: byte 0x89 is not UTF-8; save the file as UTF-8"),
        (b"x" * 1_000_001, "guide/x.bin: error: its source is over 1 MB; don't link it"),
    ],
)
def test_a_source_that_can_not_be_shown(build: Build, content: bytes, message: str) -> None:
    """A source view needs a text of a size that can be read."""
    built = build({"README.md": "[x](x.bin.source)\n", "x.bin": content})

    assert built.messages == [message]


def test_an_empty_guide(build: Build) -> None:
    """A guide without pages is a site with a home page that links nowhere."""
    Path("guide").mkdir()
    built = build({})

    assert (built.report.pages, built.report.written) == (0, True)
    assert "<title>Guide</title>" in built.text()


def test_a_guide_without_a_home_page(build: Build) -> None:
    """Its home page links what the navigation shows, folders without a page included."""
    built = build({"a.md": "# A\n", "sub/b.md": "# B\n"})

    assert {"a.html", "sub/b.html"} <= set(addresses(built.text()))


def test_a_link_to_the_home_page_that_we_make(build: Build) -> None:
    """A page may link to the top of a guide that has no page there."""
    assert build({"a.md": "[x](./) [y](/)\n"}).messages == []


@pytest.mark.parametrize(
    "text",
    ["", "\ufeff# A\r\n\r\ntext\r\n", "word " * 200_000, ("Some text. " * 99 + "\n\n") * 920],
    ids=["empty", "windows", "one line", "many lines"],
)
def test_odd_pages_are_built(build: Build, text: str) -> None:
    """An empty page, one with Windows line ends and a mark, and large ones are built."""
    built = build({"README.md": text})

    assert built.messages == []
    assert "\r" not in built.text()
    assert "\ufeff" not in built.text()


def test_progress_is_told_of_every_page(build: Build) -> None:
    """Whoever asks is told how far the build is, and when it is over."""
    steps: list[tuple[str, int, int] | str] = []

    class Recorder(Progress):
        def step(self, what: str, done: int, total: int) -> None:
            steps.append((what, done, total))

        def clear(self) -> None:
            steps.append("clear")

    build({"a.md": "", "b.md": ""}, progress=Recorder())

    assert steps == [("Rendering pages", 1, 2), ("Rendering pages", 2, 2), "clear"]


def test_a_guide_written_for_gramex(build: Build, tmp_path: Path) -> None:
    """A page with all that such guides use is built; its warnings are true."""
    shutil.copytree(SITES / "gramex", tmp_path / "guide")

    built = build({})
    page = built.text("echo/index.html")

    assert built.messages == [
        "guide/echo/README.md:4: warning: the icon 'echo.png' is broken: "
        "there is no such file; did you mean 'echo.py'?",
        "guide/echo/README.md:24: warning: the link '../function/' is broken: "
        "there is no such file",
        "guide/echo/README.md:64: warning: a script on this page calls eval, which its security "
        "policy stops; say 'unsafe-eval: true' in the front matter",
    ]
    assert (built.report.examples, built.report.snippets) == (2, 1)
    assert "<p>Text after the example.</p>" in page
    assert "<script>\nvar pre = [].slice.call(document.querySelectorAll('pre'))\n\nfunct" in page
    assert {"echo.html", "echo.py.source/", "https://example.org/echo.py"} <= set(addresses(page))
    assert ".source/echo.py.txt" in " ".join(built.tree())
    assert "gramex.yaml" not in " ".join(built.tree())
