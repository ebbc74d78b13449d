"""QR codes, read back by a program that knows nothing of how they were made."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import zxingcpp

from liveguide.builder.qr import qr_code

from .conftest import Build

DEMO = {"README.md": "# Home\n\n::: example href=demo.html\n    Demo\n", "demo.html": "<p>"}
SCALE = 6


def read(svg: str) -> str:
    """Draw a picture's strokes, as a screen would, and read the code in it."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    rows = [bytearray(b"\xff" * size) for _ in range(size)]
    path = next(root.iter("{http://www.w3.org/2000/svg}path")).attrib["d"]
    x, y = 0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            rows[int(y)][x : x + int(values[0])] = bytes(int(values[0]))
            x += int(values[0])
        elif command == "M":
            x, y = int(values[0]), values[1]
        else:
            x, y = x + int(values[0]), y + values[1]
    wide = [bytes(dot for dot in row for _ in range(SCALE)) for row in rows]
    drawn = b"".join(row for row in wide for _ in range(SCALE))
    picture = memoryview(drawn).cast("B", (size * SCALE, size * SCALE))
    [code] = zxingcpp.read_barcodes(picture)
    return code.text


@pytest.mark.parametrize(
    "address",
    ["http://192.0.2.1:8888/a.html", "https://docs.example.org/" + "x" * 300 + "?a=b&c=d#e"],
)
def test_a_phone_reads_the_address(address: str) -> None:
    """What a reader of codes sees in the picture is the address."""
    assert read(qr_code(address).svg) == address


def test_a_card_has_the_code_of_its_demos_public_address(build: Build) -> None:
    """Where the settings name the site's address, the picture leads to the demo on it."""
    built = build({**DEMO, "liveguide.yaml": "url: https://docs.example.org/guide\n"})
    image = re.search(r'<img class="qr" src="([^"]*)"', built.text())

    assert built.messages == []
    assert image is not None
    assert read(built.text(image[1])) == "https://docs.example.org/guide/demo.html"
    assert 'href="https://docs.example.org/guide/demo.html"' in built.text()


def test_a_card_in_a_folder_and_a_demo_with_a_query(build: Build) -> None:
    """The picture holds the whole address, as a link on the page would lead to it."""
    built = build(
        {
            "liveguide.yaml": "url: https://docs.example.org/\n",
            "sub/README.md": "# Sub\n\n::: example href='../a b.html?room=1#top'\n    Demo\n",
            "a b.html": "<p>",
        }
    )
    image = re.search(r'<img class="qr" src="\.\./([^"]*)"', built.text("sub/index.html"))

    assert built.messages == []
    assert image is not None
    assert read(built.text(image[1])) == "https://docs.example.org/a%20b.html?room=1#top"


def test_a_demo_elsewhere_has_no_code(build: Build) -> None:
    """Only this site's own demos are said to work on a phone."""
    source = "# Home\n\n::: example href=https://example.org/demo\n    Demo\n"
    built = build({"README.md": source, "liveguide.yaml": "url: https://docs.example.org/\n"})

    assert "example-phone" not in built.text()


def test_an_address_that_no_code_can_hold(build: Build) -> None:
    """The card stands without a code, and a warning names its line."""
    source = f"# Home\n\n::: example href=demo.html?{'x' * 2400}\n    Demo\n"
    built = build({**DEMO, "README.md": source, "liveguide.yaml": "url: https://e.example/\n"})

    assert built.messages == [
        "guide/README.md:3: warning: a QR code can't hold the 2,428 characters of the demo's "
        "address; shorten href="
    ]
    assert built.report.written
    assert "example-phone" not in built.text()


def test_two_builds_make_the_same_codes(build: Build) -> None:
    """The pictures are named by their contents, so the same sources give the same files."""
    settings = {"liveguide.yaml": "url: https://docs.example.org/\n"}
    two = "# Two\n\n::: example href=demo.html?two\n    Demo\n"
    files = {**DEMO, **settings, "two.md": two}
    first = build(files).tree()

    assert sum(name.startswith("_liveguide/qr/") for name in first) == 2
    assert build(files, site="second", jobs=2).tree() == first


def test_without_a_public_address_there_is_no_code(build: Build) -> None:
    """A code for an address that nobody knows would lead nowhere."""
    built = build(DEMO)

    assert "qr" not in built.text()
