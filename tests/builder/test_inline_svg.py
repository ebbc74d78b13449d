"""SVG files in a page: what stays, what is left out, and what is refused."""

from __future__ import annotations

import pytest

from liveguide.builder.inline_svg import SVGError, inline_svg, svg_size


def svg(inside: str, attributes: str = "") -> str:
    """Return a file with this in it, on its second line."""
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {spaces} {attributes}>\n{inside}\n</svg>\n"


def inside(text: str, attributes: str = "") -> str:
    """Return what a file with *text* in it holds once it is in a page."""
    html = inline_svg(svg(text, attributes), "Label", "p-")
    return html.partition(">\n")[2].removesuffix("\n</svg>")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<text>A &lt; B</text>", "<text>A &lt; B</text>"),
        ('<g id="x"/>', '<g id="p-x"></g>'),
        ('<use xlink:href="#x"/>', '<use href="#p-x"></use>'),
        ("""<g fill="url('#x')"/>""", '<g fill="url(#p-x)"></g>'),
        ('<g style="fill: url(#x)"/>', '<g style="fill: url(#p-x)"></g>'),
        ('<animate begin="x.click"/>', '<animate begin="p-x.click"></animate>'),
        ('<g is="x" slot="y" autofocus="" tabindex="0" fill="red"/>', '<g fill="red"></g>'),
        ("<metadata><g/>x</metadata><title>T</title>", ""),
        ('<q:view xmlns:q="urn:q"><g/></q:view>', ""),
        ('<g xmlns:q="urn:q" q:label="x"/>', "<g></g>"),
        ("<!-- a --><?x y?><![CDATA[<b>]]>", "&lt;b&gt;"),
        (
            '<image href="data:image/png;base64,AAAA"/>',
            '<image href="data:image/png;base64,AAAA"></image>',
        ),
    ],
)
def test_what_comes_into_the_page(text: str, html: str) -> None:
    """Drawing stays, ids get the prefix, what drawing programs add is left out."""
    assert inside(text) == html


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<script>x</script>", "it has a 'script' element"),
        ("<style>x</style>", "it has a 'style' element"),
        ("<foreignObject/>", "it has a 'foreignObject' element"),
        ('<a href="https://example.org"/>', "it has a 'a' element"),
        ("<blink/>", "it has a 'blink' element"),
        ('<g onclick="x"/>', "the attribute 'onclick' is stopped"),
        ('<g OnClick="x"/>', "the attribute 'OnClick' is stopped"),
        (r'<g style="fill:u\72l(http://e.org)"/>', "it may load something, in "),
        (r'<g fill="u\72l(http://e.org)"/>', "it may load something, in "),
        ('<g fill="URL(http://e.org)"/>', "it refers to 'http://e.org'"),
        ('<g fill="url(http://e.org"/>', "it may load something, in "),
        ("""<g style="background:image-set('http://e.org' 1x)"/>""", "it may load something, in "),
        ('<g fill="src(&quot;http://e.org&quot;)"/>', "it may load something, in "),
        ('<set attributeName="onclick" to="x"/>', "it animates 'onclick'"),
        ('<g id="a b"/>', "the id 'a b' is none; write it without spaces"),
        ('<use href="other.svg#x"/>', "it refers to 'other.svg#x'"),
        ('<use xlink:href="https://example.org/x"/>', "it refers to 'https://example.org/x'"),
        ('<use href=" javascript:x"/>', "it refers to 'javascript:x'"),
        ('<use href="data:image/png;base64,AAAA"/>', "it refers to 'data:image/png"),
        ('<image href="data:image/svg+xml;base64,AAAA"/>', "it refers to 'data:image/svg+xml"),
        ('<g fill="url(https://example.org/x)"/>', "it refers to 'https://example.org/x'"),
        ('<g style="fill: url(//example.org/x)"/>', "it refers to '//example.org/x'"),
        ('<set attributeName="xlink:href" to="javascript:x"/>', "it animates 'xlink:href'"),
        ("<g>", "it is no XML: mismatched tag"),
        ("&nope;", "it is no XML: undefined entity"),
    ],
)
def test_what_has_no_place_in_a_page(text: str, message: str) -> None:
    """Whatever runs, loads or leads elsewhere is refused, with its line."""
    with pytest.raises(SVGError) as caught:
        inside(text)

    assert str(caught.value).startswith(message)
    assert caught.value.line in (2, 3)


def test_entities_are_refused() -> None:
    """A file can't blow up."""
    text = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n' + svg("<text>&b;</text>")

    with pytest.raises(SVGError, match="it declares an entity"):
        inline_svg(text, "", "")


def test_something_else_than_svg_is_refused() -> None:
    """The outermost element says what a file is."""
    with pytest.raises(SVGError, match=r"its outermost element is 'html'; it must be svg"):
        inline_svg("<html/>", "", "")


def test_a_file_is_one_picture_to_screen_readers() -> None:
    """The page's words replace the file's own."""
    html = inline_svg(svg("", 'role="group" aria-label="x" tabindex="0" width="9"'), "A & B", "")

    assert html.startswith('<svg role="img" aria-label="A &amp; B" width="9">')


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="20" height="10.5"', (20, 10.5)),
        ('width="20px" height="10px" viewBox="0 0 1 1"', (20, 10)),
        ('width="100%" height="100%" viewBox="-5 -5 30 40"', (30, 40)),
        ('viewBox="0,0,3.5,4"', (3.5, 4)),
        ('stroke-width="3" height="4"', None),
        ('viewBox="0 0 x"', None),
    ],
)
def test_the_size_of_a_file(attributes: str, size: tuple[float, float] | None) -> None:
    """In pixels, or from its coordinates."""
    assert svg_size(svg("", attributes)) == size
