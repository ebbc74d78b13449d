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


def test_without_a_public_address_there_is_no_code(build: Build) -> None:
    """A code for an address that nobody knows would lead nowhere."""
    built = build(DEMO)

    assert "qr" not in built.text()
