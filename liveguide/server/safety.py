"""
What every response tells the browser about what may be done with it.

Handlers don't put it in, but what sends their responses: so an error that Tornado
answers, a page of an author's own and a handler yet to be written have it too.
Files of the site, which no handler sends, get it as their headers are made.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

from tornado.httputil import HTTPHeaders
from tornado.web import OutputTransform

_REFUSED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)

SAFETY: Mapping[str, str] = {
    # For what is no page; a page brings its own.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _REFUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""
The headers that each response has, where its handler says nothing else.

No `Cross-Origin-Embedder-Policy`: it would stop the pictures of other hosts that a
page's policy allows, and gives nothing that a guide needs (shared memory).
"""

_NO_CONTENT_OF_THEIR_OWN = (101, 304)


def make_safe(headers: MutableMapping[str, str]) -> None:
    """Add to the headers of a response what is not there yet."""
    if headers.get("Content-Type", "").startswith("image/"):
        # Readers of the feed and chats show a page's picture beside its link.
        headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    for name, value in SAFETY.items():
        headers.setdefault(name, value)


class SafetyHeaders(OutputTransform):
    """
    Adds the headers to one response.

    A handshake goes without them, and so does a 304: what the browser has already is shown
    with the headers that it came with.
    """

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Add to the headers what is not there yet."""
        if status_code not in _NO_CONTENT_OF_THEIR_OWN:
            make_safe(headers)
        return status_code, headers, chunk
