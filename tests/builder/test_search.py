"""The texts that browsers make their search index of."""

from __future__ import annotations

import json
from typing import Any

from liveguide.builder import search
from liveguide.builder.search import Section, sections_of

from .conftest import Build, Render


def _written(text: str) -> dict[str, Any]:
    index: dict[str, Any] = json.loads(text)
    return index


def _pages(text: str) -> dict[str, list[Any]]:
    return {page[0]: page[1:] for page in _written(text)["pages"]}


def test_a_page_is_cut_at_its_headings(render: Render) -> None:
    """Each heading with an id begins a section, and the title begins none."""
    page = render("# Title\n\nLead.\n\n## One *two*\n\nText.\n\n### Three\n\nMore.\n")

    assert [
        Section("", "", "Lead.", ""),
        Section("one-two", "One two", "Text.", ""),
        Section("three", "Three", "More.", ""),
    ] == page.sections


def test_what_stands_above_the_first_heading_is_the_pages(render: Render) -> None:
    """A page without a heading of level 1 has a section of its own as well."""
    page = render("---\ntitle: T\n---\nLead.\n\n## One\n\nText.\n")

    assert [(s.id, s.text) for s in page.sections] == [("", "Lead."), ("one", "Text.")]


def test_code_is_kept_apart_by_lines(render: Render) -> None:
    """The lines of a block are kept, without highlighting and indentation."""
    page = render("Text.\n\n```python\ndef on_message(a):\n    return a < 1\n```\n\nAfter.\n")

    assert [Section("", "", "Text. After.", "def on_message(a):\nreturn a < 1")] == page.sections


def test_words_in_cells_and_items_do_not_run_together(render: Render) -> None:
    """A dot tells blocks and cells apart; where a span ends, a word need not."""
    page = render("| a | b |\n|---|---|\n| c | d |\n\n- e\n- f\n\n**g**h\n")

    assert page.sections[0].text == "a · b · c · d · e · f · gh"


def test_sentences_end_by_themselves(render: Render) -> None:
    """A block that ends in a stop needs no dot, and a line break is a space."""
    page = render("Two ways:\n\n- one\n- two!\n\nA line  \nand its end.\n\nMore.\n")

    assert page.sections[0].text == "Two ways: one · two! A line and its end. More."


def test_the_number_of_a_footnote_is_no_text(render: Render) -> None:
    """What it says is found, the sign that leads there is not part of a word."""
    page = render("Like a footnote[^1], a note.\n\n[^1]: This is one.\n")

    assert page.sections[0].text == "Like a footnote, a note. This is one."


def test_characters_are_what_readers_see(render: Render) -> None:
    """References are resolved, in a heading, in text and in code."""
    page = render('## A & B\n\n1 < 2 "x"\n\n```text\na && <b>\n```\n')

    section = page.sections[1]
    assert (section.heading, section.text, section.code) == ("A & B", "1 < 2 “x”", "a && <b>")


def test_an_attribute_is_not_text(render: Render) -> None:
    """Not even where its value holds a sign that ends a tag."""
    page = render('<p title="a > b">Text</p>\n')

    assert page.sections[0].text == "Text"


def test_what_is_said_elsewhere_is_left_out(render: Render) -> None:
    """Contents, permanent links, scripts and comments are no text."""
    page = render("[TOC]\n\n## One\n\nText.\n\n<script>let a = 1</script>\n\n<!-- note -->\n")

    assert [(s.heading, s.text) for s in page.sections] == [("", ""), ("One", "Text.")]


def test_the_index_lists_the_pages_by_address(build: Build) -> None:
    """A page is its address, title, description, language, and sections."""
    built = build(
        {
            "b.md": "# Bee\n\nBuzz.\n",
            "README.md": "---\ntitle: Home\ndesc: All of it\n---\n## One\n\n    a = 1\n",
        }
    )
    index = _written(built.text("_liveguide/search.json"))

    assert index == {
        "files": 1,
        "language": "en",
        "pages": [
            ["", "Home", "All of it", "", [[], ["one", "One", "", "a = 1"]]],
            ["b.html", "Bee", "", "", [["", "", "Buzz."]]],
        ],
    }


def test_a_page_can_be_left_out(build: Build) -> None:
    """`search: false` keeps a page out; the page for unknown addresses is never in."""
    built = build({"a.md": "# A\n", "b.md": "---\nsearch: false\n---\n# Secret\n"})

    assert list(_pages(built.text("_liveguide/search.json"))) == ["a.html"]


def test_a_page_in_another_language_says_so(build: Build) -> None:
    """By its own `lang`, or by the folder of its language; the site's own is not repeated."""
    built = build(
        {
            "liveguide.yaml": "language: en\nlanguages: [de]\n",
            "a.md": "# A\n",
            "b.md": "---\nlang: fr\n---\n# B\n",
            "de/a.md": "# A\n",
        }
    )
    pages = _pages(built.text("_liveguide/search.json"))

    assert {address: page[2] for address, page in pages.items()} == {
        "a.html": "",
        "b.html": "fr",
        "de/a.html": "de",
    }


def test_the_index_is_the_same_each_time(build: Build) -> None:
    """The same sources give the same bytes, whoever renders them."""
    files = {f"p{number:02}.md": f"# Page {number}\n\nText {number}.\n" for number in range(20)}

    one = build(files, "one", jobs=1).text("_liveguide/search.json")
    two = build(files, "two", jobs=2).text("_liveguide/search.json")

    assert one == two


def test_a_large_site_has_its_index_in_files(build: Build, monkeypatch: Any) -> None:
    """Each holds some pages, all of them every page, and the first says how many there are."""
    monkeypatch.setattr(search, "CHARACTERS_PER_FILE", 1000)
    files = {f"p{number}.md": f"# Page {number}\n\n{'word ' * 150}\n" for number in range(5)}
    built = build(files, jobs=1)
    first = _written(built.text("_liveguide/search.json"))
    rest = [json.loads(built.text(f"_liveguide/search-{n}.json")) for n in range(1, first["files"])]
    pages = [page[0] for group in [first["pages"], *rest] for page in group]

    assert (3, [f"p{number}.html" for number in range(5)]) == (first["files"], pages)


def test_a_guide_without_pages_has_an_index(build: Build) -> None:
    """It is empty, and its search finds nothing."""
    built = build({"a.txt": "a"})

    assert _written(built.text("_liveguide/search.json"))["pages"] == []


def test_headings_of_raw_html_count(render: Render) -> None:
    """A heading with attributes in any order is one."""
    html = '<p>a</p><h2 class="x" id="y">B</h2><p>c</p>'

    assert [Section("", "", "a", ""), Section("y", "B", "c", "")] == sections_of(html)
