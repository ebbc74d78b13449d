"""What stands around a page: the way to it, its neighbours, its languages, its source."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from liveguide.builder.editing import edit_address
from liveguide.settings import Settings

from .conftest import Build


def links(html: str, before: str, after: str) -> list[tuple[str, str]]:
    """Return address and text of every link between two texts."""
    part = html.partition(before)[2].partition(after)[0]
    return re.findall(r'<a href="([^"]*)"[^>]*>(?:<small>[^<]*</small>)?([^<]*)', part)


TREE = {
    "README.md": "# Home\n",
    "a/README.md": "# A\n",
    "a/b/c.md": "# C\n",
    "d.md": "# D\n",
}


def test_the_way_to_a_page(build: Build) -> None:
    """From the home page through its sections; one without a page of its own is no link."""
    page = build(TREE).text("a/b/c.html")

    assert links(page, '<ol class="crumbs">', "</ol>") == [("../../", "Home"), ("../", "A")]
    assert "<li>b</li>" in page
    assert '<li aria-current="page">C</li>' in page


def test_the_home_page_has_no_way(build: Build) -> None:
    """It is where each begins."""
    page = build(TREE).text()

    assert "crumbs" not in page
    assert '<body class="home"' in page


def test_the_pages_before_and_after(build: Build) -> None:
    """In the order of the navigation, across sections."""
    page = build(TREE).text("a/b/c.html")

    assert links(page, '<nav class="turn"', "</nav>") == []
    assert re.findall(r'class="(previous|next)" href="([^"]*)"', page) == [
        ("previous", "../"),
        ("next", "../../d.html"),
    ]


def test_the_source_of_a_file_belongs_to_a_page(build: Build) -> None:
    """The navigation marks the page that asked for it, and the way to it goes through that."""
    files = {
        "README.md": "# Home\n\n[top](top.py.source)\n",
        "top.py": "",
        "a/README.md": "# A\n\n[code](code.py.source)\n",
        "a/code.py": "a = 1\n",
    }
    built = build(files)
    inner, top = map(built.text, ("a/code.py.source/index.html", "top.py.source/index.html"))

    assert '<a href="../" aria-current="true">A</a>' in inner
    assert links(inner, '<ol class="crumbs"', "</ol>") == [("../../", "Home"), ("../", "A")]
    assert '<li aria-current="page">code.py</li>' in inner
    assert links(top, '<ol class="crumbs"', "</ol>") == [("../", "Home")]
    assert '<a href="../" aria-current="true">Home</a>' in top


def test_a_hidden_page_has_no_neighbours(build: Build) -> None:
    """What is in no navigation has none before and after it, and is built all the same."""
    page = build({**TREE, "d.md": "---\nnav: false\n---\n# D\n"}).text("d.html")

    assert 'class="turn"' not in page
    assert "d.html" not in page.partition('<nav class="site-nav"')[2].partition("</nav>")[0]


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (Settings(), ""),
        (
            Settings(repository="https://github.com/a/b"),
            "https://github.com/a/b/edit/main/guide/x/y%20z.md",
        ),
        (
            Settings(repository="https://gitlab.com/a/b/", branch="dev"),
            "https://gitlab.com/a/b/-/edit/dev/guide/x/y%20z.md",
        ),
        (Settings(repository="https://git.example.org/a"), ""),
        (
            Settings(edit="https://e.org/{branch}?file={path}"),
            "https://e.org/main?file=x/y%20z.md",
        ),
    ],
)
def test_where_a_page_is_edited(settings: Settings, address: str) -> None:
    """At the repository's host, if it is a known one, or where the settings say."""
    assert edit_address("x/y z.md", "guide", settings) == address


def test_the_last_change(build: Build, tmp_path: Path) -> None:
    """It is the day of the last commit that touched the page; no page has another's."""
    build(TREE)
    environment = {
        **os.environ,
        **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "N"),
        **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "n@example.org"),
        "GIT_COMMITTER_DATE": "2026-11-20T10:00:00+01:00",
    }
    for arguments in (["init", "-q"], ["add", "guide/d.md"], ["commit", "-qm", "x"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, env=environment, check=True)
    built = build(TREE)

    assert '<time datetime="2026-11-20">2026-11-20</time>' in built.text("d.html")
    assert "<time" not in built.text("a/b/c.html")


LANGUAGES = {
    "README.md": "# Home\n",
    "a.md": "# A\n",
    "only.md": "# Only\n",
    "de/README.md": "# Start\n",
    "de/a.md": "# A\n\n## Eins\n\n## Zwei\n",
    "liveguide.yaml": "languages: [de]\n",
}


def test_a_page_and_its_translation_name_each_other(build: Build) -> None:
    """Search engines are told of the same page, readers of the home page where there is none."""
    built = build(LANGUAGES, url="https://example.org/x/")
    english, german, only = map(built.text, ("a.html", "de/a.html", "only.html"))

    assert '<link rel="alternate" hreflang="de" href="https://example.org/x/de/a.html">' in english
    assert '<link rel="alternate" hreflang="en" href="https://example.org/x/a.html">' in german
    assert 'hreflang="de"' in only
    assert '<link rel="alternate" hreflang' not in only
    assert re.search(r'<a class="tool" href="de/" lang="de"', only)


def test_a_page_speaks_its_folder_s_language(build: Build) -> None:
    """The interface, the scripts, the way to it and the home page are of that language."""
    page = build(LANGUAGES).text("de/a.html")

    assert '<html lang="de" dir="ltr">' in page
    assert "Zum Inhalt springen" in page
    assert "Auf dieser Seite" in page
    assert 'data-script="page.de.js"' in page
    assert '<a class="site-title" href="../de/">' in page
    assert links(page, '<ol class="crumbs">', "</ol>") == [("./", "Start")]


def test_what_stands_around_code_is_said_in_the_page_s_language(build: Build) -> None:
    """The link to a file's source, what a program must print, and the words of a card."""
    program = "```python file=ask.py run=program\n```\n\n```output\nyes\n```\n\n"
    card = "::: example href=demo.html source=demo.js\n    Demo\n"
    files = {"ask.py": "print('yes')\n", "demo.html": "<p>", "demo.js": ""}
    texts = {"a.md": f"# A\n\n{program}{card}", **files}
    page = build({**LANGUAGES, **{f"de/{k}": v for k, v in texts.items()}}).text("de/a.html")

    assert '<a href="ask.py.source/">Quelltext</a></figcaption>' in page
    assert "Ein Programm. Die Tests f\u00fchren es aus: <code>python ask.py ADDRESS</code>" in page
    assert "<figcaption><span>Ausgabe</span></figcaption>" in page
    assert "<span>Quelltext:</span>" in page


def test_the_scripts_of_a_language_have_its_words_alone(build: Build) -> None:
    """A site without German pages has no German scripts."""
    words = build(LANGUAGES).text("_liveguide/front/page.de.js")

    assert "Farben: dunkel" in words
    assert "Zum Inhalt springen" not in words
    assert not any(
        ".de." in path
        for path in build({"x.md": "# X\n"}, site="other").tree()
        if "de/" not in path
    )


def test_an_address_that_is_not_there_is_said_in_every_language(build: Build) -> None:
    """There is one page for all of them; a language whose words we lack adds no English again."""
    pages = {**LANGUAGES, "fr/README.md": "# Bienvenue\n"}
    page = build({**pages, "liveguide.yaml": "languages: [de, fr]\n"}).text("404.html")

    assert page.count("There is nothing at this address.") == 1
    german = 'Unter dieser Adresse steht nichts. <a href="/de/">Zur Startseite</a></p>'
    assert f'<p lang="de">{german}' in page


def test_a_language_of_a_page_s_own(build: Build) -> None:
    """`lang` in the front matter is the page's; one that we don't speak keeps English words."""
    built = build({"a.md": "---\nlang: de-AT\n---\n# A\n", "b.md": "---\nlang: he\n---\n# B\n"})

    assert "Zum Inhalt springen" in built.text("a.html")
    assert '<html lang="he" dir="rtl">' in built.text("b.html")
    assert "Skip to the content" in built.text("b.html")


def test_a_language_without_a_folder(build: Build) -> None:
    """A folder that the settings name must be there."""
    built = build({"a.md": "# A\n", "liveguide.yaml": "languages: [fr]\n"})

    assert built.messages == [
        "guide/liveguide.yaml:1: error: the languages name 'fr', and there is no folder fr/; "
        "make it with a README.md, or take the language out"
    ]


def test_an_included_folder_that_is_not_there(build: Build) -> None:
    """It is named where it is written."""
    built = build({"a.md": "# A\n", "liveguide.yaml": "title: T\ninclude:\n  - ../nope\n"})

    assert built.messages == [
        "guide/liveguide.yaml:3: warning: there is no folder ../nope; paths count from guide/"
    ]


def test_drafts(build: Build) -> None:
    """A draft is not built, and a link to it says so; with `drafts` it is a page like others."""
    files = {
        "README.md": "# Home\n\n[d](d.md) [e](e/)\n",
        "d.md": "---\ndraft: true # soon\n---\n# D\n",
        "e/README.md": "---\ntitle: E\ndraft: yes\n---\n",
    }
    built = build(files)
    message = "this page is a draft; take 'draft: true' out of it, or build with --drafts"

    assert built.messages == [
        f"guide/README.md:3: warning: the link 'd.md' is broken: {message}",
        f"guide/README.md:3: warning: the link 'e/' is broken: {message}",
    ]
    assert not {"d.html", "e/index.html"} & set(built.tree())
    assert "draft" not in built.text("_liveguide/addresses.json")
    again = build(files, drafts=True)
    left_out = "leads to a draft, which is left out of the site until its 'draft: true' is gone"
    assert again.messages == [
        f"guide/README.md:3: warning: the link 'd.md' {left_out}",
        f"guide/README.md:3: warning: the link 'e/' {left_out}",
    ]
    assert {"d.html", "e/index.html"} <= set(again.tree())


def test_the_accent_of_a_site(build: Build) -> None:
    """It stands last in the stylesheet, with a lighter one for the dark theme."""
    built = build({"a.md": "# A\n", "liveguide.yaml": "accent: '#0a6b72'\n"})
    text = built.text("_liveguide/front/styles/page.css")

    assert re.search(r"@layer site\{:root\{--accent:light-dark\(#0a6b72, ?#\w{6}\)", text)


@pytest.mark.parametrize(
    "name",
    ["a.py.source/index.html", "a.py.source/a.py.txt", "a.py.source/index.html/x.png"],
)
def test_a_source_view_takes_the_place_of_no_file(build: Build, name: str) -> None:
    """A file of the guide where a source view would stand is an error that names both."""
    page = "::: example href=a.py.source\n    Label\n"

    built = build({"README.md": page, "a.py": "x = 1\n", name: "mine"})

    assert (
        "guide/a.py: error: its source view claims the address /a.py.source/, "
        f"which guide/{name} has; rename one"
    ) in built.messages


def test_a_footnote_that_nothing_refers_to(build: Build) -> None:
    """The warning names the footnote and its line, not the link that leads back from it."""
    built = build({"README.md": "---\ntitle: A\n---\nText[^b].\n\n[^a]: Lost.\n\n[^b]: Used.\n"})

    assert built.messages == [
        "guide/README.md:6: warning: nothing refers to the footnote 'a'; "
        "write [^a] where it belongs, or remove it"
    ]
