"""Pictures: captions, sizes, what is loaded when, and diagrams that are part of the page."""

from __future__ import annotations

import struct
import zlib

import pytest

from .conftest import Render, messages


def png(width: int, height: int) -> bytes:
    """Return a PNG file of this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" * (width + 1)) * height)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10">
<defs><path id="a" d="M0 0"/></defs>
<use href="#a" fill="url(#a)"/>
</svg>
"""
FILES = {"p.png": png(40, 30), "flow.svg": SVG}


def test_a_picture_with_a_title_is_a_figure(render: Render) -> None:
    """Alone in its paragraph, within a link or not; its title becomes the caption."""
    page = render('![Alt](p.png "The *caption*")\n\n[![Alt](p.png "Two")](p.png)\n', FILES)

    assert messages(page) == []
    size = 'decoding="async" width="40" height="30">'
    assert page.html.startswith(
        f'<figure class="picture"><img alt="Alt" src="p.png" {size}'
        "<figcaption>The *caption*</figcaption></figure>"
    )
    assert '<figure class="picture"><a href="p.png"><img alt="Alt"' in page.html


def test_a_picture_in_a_text_is_no_figure(render: Render) -> None:
    """It keeps its title."""
    assert 'title="T"' in render('See ![Alt](p.png "T").\n', FILES).html
    assert "<figure" not in render('See ![Alt](p.png "T").\n', FILES).html


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("![a](p.png)", 'width="40" height="30"'),
        ("![a](p.png){ width=20 }", 'width="20" decoding="async" height="15"'),
        ("![a](p.png){ width=10 height=10 }", 'height="10" src="p.png" width="10"'),
        ("![a](flow.svg)", 'width="20" height="10"'),
        ('<img alt="a" src="p.png?x#y">', 'width="40" height="30"'),
    ],
)
def test_a_page_keeps_the_place_of_a_picture(render: Render, written: str, size: str) -> None:
    """The size is read from the file, of raw HTML as well; an author's own counts."""
    assert size in render(written + "\n", FILES).html


def test_a_broken_picture_is_only_a_picture_without_a_size(render: Render) -> None:
    """A file that is no picture builds."""
    page = render("![a](p.png)\n\n![b](q.svg)\n", {"p.png": b"\x89PNG", "q.svg": "<svg"})

    assert messages(page) == []
    assert "width" not in page.html


def test_all_but_the_first_are_loaded_when_they_are_near(render: Render) -> None:
    """The first may be what a reader sees at first."""
    html = render("![a](p.png)\n\n![b](p.png)\n\n![c](p.png){ loading=eager }\n", FILES).html

    assert [line.count('loading="lazy"') for line in html.splitlines()] == [0, 1, 0]


@pytest.mark.parametrize("written", ["![](p.png)", '<img src="p.png">'])
def test_a_picture_without_words_is_reported(render: Render, written: str) -> None:
    """With its line and the fix; once it is said to decorate, it is not."""
    text = f"![a](p.png)\n\n{written}\n\n![](p.png){{ role=presentation }}\n"

    page = render(text, FILES)

    (message,) = messages(page)
    assert message.endswith(
        "warning: the picture 'p.png' says nothing to who can't see it; "
        "write ![What it shows](p.png), or { role=presentation } if it decorates"
    )
    if written.startswith("!"):
        assert message.startswith("guide/page.md:3:")


def test_srcset_is_checked_and_rewritten(render: Render) -> None:
    """Each address is a link; the sizes stay."""
    page = render(
        '<img alt="a" src="p.png" srcset="p.png 1x, /p.png 2x">\n\n'
        '<img alt="a" src="p.png" srcset="q.png 2x">\n',
        {**FILES, "s/page.md": "x"},
    )

    assert 'srcset="p.png 1x, p.png 2x"' in page.html
    assert messages(page) == [
        "guide/page.md:3: warning: the link 'q.png' is broken: there is no such file; "
        "did you mean 'p.png'?"
    ]


def test_a_diagram_is_part_of_the_page(render: Render) -> None:
    """With words for who can't see it, a caption, and ids of its own each time."""
    page = render(
        '![A "flow"](flow.svg "C"){ .inline .wide }\n\n![B](flow.svg){ .inline }\n', FILES
    )

    assert messages(page) == []
    assert (
        '<figure class="picture wide"><svg role="img" aria-label="A &quot;flow&quot;" ' in page.html
    )
    assert '<path id="svg1-a" d="M0 0"></path>' in page.html
    assert '<use href="#svg2-a" fill="url(#svg2-a)"></use>' in page.html
    assert "</svg><figcaption>C</figcaption></figure>" in page.html
    assert "xmlns" not in page.html


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "a ![A](flow.svg){ .inline }",
            "error: the diagram 'flow.svg' does not stand alone; give it a paragraph of its own",
        ),
        ("![A](p.png){ .inline }", "error: 'p.png' is no SVG file; remove .inline"),
        (
            "![](flow.svg){ .inline }",
            "warning: the diagram 'flow.svg' says nothing to who can't see it; "
            "write ![What it shows](flow.svg)",
        ),
        (
            "![A](flo.svg){ .inline }",
            "warning: the link 'flo.svg' is broken: there is no such file; "
            "did you mean 'flow.svg'?",
        ),
    ],
)
def test_what_is_wrong_with_a_diagram(render: Render, written: str, message: str) -> None:
    """It is told with the line of the page."""
    assert messages(render(f"x\n\n{written}\n", FILES)) == [f"guide/page.md:3: {message}"]
