"""Headers, which are kept as Tornado keeps them."""

from __future__ import annotations

import pytest
from tornado.httputil import HTTPHeaders, HTTPInputError

from liveguide.server.admission.fields import SENT, Fields


@pytest.mark.parametrize(
    "text",
    [
        "Host: x\r\nhost: y\r\n",
        "Accept:text/html\r\nAccept: */*\r\nCookie: a=b; c=d\r\n",
        "X-Long: " + "x" * 1000 + "\r\nx-long: again\r\n",
        "Empty:\r\n\r\n",
        "Bare: line feed\n",
    ],
)
def test_headers_are_read_as_tornado_reads_them(text):
    """Repeated ones, long ones, empty ones; at the first time and when they are remembered."""
    wanted = list(HTTPHeaders.parse(text).get_all())

    assert [wanted, wanted] == [list(Fields.parse(text).get_all()) for _ in range(2)]


@pytest.mark.parametrize("name", ["Accept", "accept", "Sec-WebSocket-Key", "Empty", "Missing"])
def test_a_header_is_asked_for_as_in_tornado(name):
    """In any case, joined where there are several lines, and by default None, or what one says."""
    text = "Accept:text/html\r\nACCEPT: */*\r\nsec-websocket-key: x\r\nEmpty:\r\n"
    ours, tornados = Fields.parse(text), HTTPHeaders.parse(text)

    assert (ours.get(name), ours.get(name, "-")) == (tornados.get(name), tornados.get(name, "-"))


@pytest.mark.parametrize("line", ["no colon", " folded: x", "na me: x", "name: \x00"])
def test_a_line_that_is_no_header_is_refused_each_time(line):
    """What was refused once is not remembered as anything else."""
    for _ in range(2):
        with pytest.raises(HTTPInputError):
            Fields.parse(f"{line}\r\n")


def test_headers_that_are_sent_take_nothing_more():
    """Or it would be kept for all connections."""
    SENT.add("X-Late", "x")
    SENT["X-Later"] = "x"

    assert list(SENT.get_all()) == []
