"""What a reader may see of the heads of a handshake."""

from __future__ import annotations

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from liveguide.server.tracing.heads import HIDDEN, request_head


def shown(*headers: tuple[str, str]) -> list[list[str]]:
    """Return what a reader sees of a request's headers."""
    sent = HTTPHeaders({"Host": "x"})
    for name, value in headers:
        sent.add(name, value)
    line = RequestStartLine("GET", "/bot?a=1", "HTTP/1.1")
    head = request_head(HTTPServerRequest(start_line=line, headers=sent))
    assert head["line"] == "GET /bot?a=1 HTTP/1.1"
    assert head["headers"][0] == ["Host", "x"]
    return head["headers"][1:]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("session=s3cret", f"session={HIDDEN}"),
        ("a=1; b=s3=cret;c=", f"a={HIDDEN}; b={HIDDEN}; c={HIDDEN}"),
        ("s3cret", HIDDEN),
        ("=s3cret; a=1", f"={HIDDEN}; a={HIDDEN}"),
        ('a="s3 cret"; s3cret', f"a={HIDDEN}; {HIDDEN}"),
        ("", HIDDEN),
    ],
)
def test_cookies_keep_their_names_only(value, seen):
    """A cookie without a name is hidden whole."""
    assert shown(("Cookie", value)) == [["Cookie", seen]]


def test_a_cookie_that_is_set_keeps_its_attributes():
    """The value is hidden, what the browser is to do with it is not."""
    assert shown(
        ("Set-Cookie", "session=s3cret; Path=/; HttpOnly"), ("Set-Cookie", "b=s3cret")
    ) == [
        ["Set-Cookie", f"session={HIDDEN}; Path=/; HttpOnly"],
        ["Set-Cookie", f"b={HIDDEN}"],
    ]


def test_only_a_handshake_s_own_headers_are_shown():
    """Of all others, which a proxy may have added, the reader sees that they were there."""
    secret = ["Authorization", "Proxy-Authorization", "X-Forwarded-For", "X-Auth-Token", "Via"]

    assert shown(("Upgrade", "websocket"), *((name, "s3cret") for name in secret)) == [
        ["Upgrade", "websocket"],
        *([name, HIDDEN] for name in secret),
    ]
