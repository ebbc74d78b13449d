"""QR codes: an address as a picture that a phone's camera reads."""

from __future__ import annotations

import hashlib
import io
from typing import NamedTuple

from .sources import ASSETS


class QRCode(NamedTuple):
    """
    A picture of an address.

    Attributes:

        output: Its path in the site.

        svg: The picture.
    """

    output: str
    svg: str


def qr_code(address: str) -> QRCode:
    """
    Return the QR code of an address.

    Raises:

        ValueError: The address is longer than some 2,000 characters.
    """
    import segno  # with it comes a client of HTTP, for which few builds have a use

    code = segno.make(address, error="m", micro=False)
    written = io.BytesIO()
    code.save(written, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    svg = written.getvalue().decode()
    digest = hashlib.sha256(svg.encode()).hexdigest()[:16]
    return QRCode(f"{ASSETS}/qr/{digest}.svg", svg)
