"""Visiting the tags of finished HTML."""

from __future__ import annotations

import pytest

from liveguide.builder.markup import Attributes, read_attributes, visit, write_attributes


def visited(html: str) -> tuple[list[tuple[str, Attributes]], list[tuple[str, str]]]:
    """Return the tags and the texts that a visitor sees, after checking that nothing changed."""
    tags: list[tuple[str, Attributes]] = []
    texts: list[tuple[str, str]] = []

    def visit_tag(name: str, attributes: Attributes) -> bool:
        tags.append((name, dict(attributes)))
        return False

    def visit_text(name: str, attributes: Attributes, text: str) -> None:
        texts.append((name, text))

    assert visit(html, visit_tag, visit_text) == html
    return tags, texts


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ('<a href="x">y</a>', [("a", {"href": "x"})]),
        ("<A HREF=x>y</A>", [("a", {"href": "x"})]),
        ("<a\nhref='x'\n>y</a>", [("a", {"href": "x"})]),
        ('<a href="a&amp;b">', [("a", {"href": "a&b"})]),
        ('<a title="a > b" href=x>', [("a", {"title": "a > b", "href": "x"})]),
        ("<input disabled src=x />", [("input", {"disabled": None, "src": "x"})]),
        ('<live-snippet src="x">', [("live-snippet", {"src": "x"})]),
        ('<p><b>a</b> < b c="d"</p>', []),
        ('<!-- <a href="x"> -->', []),
        ('<span class="k">a</span><span class="x" id="y">', [("span", {"class": "x", "id": "y"})]),
    ],
)
def test_tags(html: str, tags: list[tuple[str, Attributes]]) -> None:
    """Tags with attributes are visited, comments and the spans of highlighted code are not."""
    assert visited(html)[0] == tags


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        ("<script>a < b && '<a href=x>'</script>", [("script", "a < b && '<a href=x>'")]),
        ("<SCRIPT type=module>\na\n</SCRIPT >", [("script", "\na\n")]),
        ("<script data-x='a > b'>c</script>", [("script", "c")]),
        ("<style>p > a { }</style>", [("style", "p > a { }")]),
        ("<script>a</script><script>b</script>", [("script", "a"), ("script", "b")]),
        ("<script-x>a</script-x>", []),
        ("<script>a", []),
    ],
)
def test_scripts_and_stylesheets(html: str, texts: list[tuple[str, str]]) -> None:
    """Their text is handed over to the letter, and tags in it are none."""
    tags, got = visited(html)

    assert got == texts
    assert not any(name == "a" for name, _ in tags)


def test_a_changed_tag_is_written_anew() -> None:
    """What a visitor changes is written with its values escaped; all else is kept."""

    def visit_tag(name: str, attributes: Attributes) -> bool:
        attributes["class"] = 'a "b" & c'
        return name != "b"

    html = visit(
        "<p x=1>1 < 2</p><b y='2'><br z /><script q>a && b</script>", visit_tag, lambda *_: None
    )

    assert html == (
        '<p x="1" class="a &quot;b&quot; &amp; c">1 < 2</p><b y=\'2\'>'
        '<br z class="a &quot;b&quot; &amp; c" />'
        '<script q class="a &quot;b&quot; &amp; c">a && b</script>'
    )


def test_the_first_of_two_attributes_counts() -> None:
    """As in a browser, a second attribute of one name is ignored."""
    assert read_attributes(" a=1 A=2 b") == {"a": "1", "b": None}


def test_attributes_are_written_as_they_were_read() -> None:
    """Reading what was written gives the same attributes."""
    attributes: Attributes = {"a": "1 & \"2\" '3' <4>", "b": None, "c": ""}

    assert read_attributes(write_attributes(attributes)) == attributes
