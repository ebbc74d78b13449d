"""Forwarding headers, believed or not."""

from __future__ import annotations

import ipaddress

import pytest

from liveguide.server.admission.forwarded import forwarded

PROXIES = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        # Not a trusted proxy: nothing is believed.
        ("192.0.2.1", {"X-Forwarded-For": "198.51.100.7"}, ("192.0.2.1", None)),
        ("192.0.2.1", {"X-Real-IP": "198.51.100.7", "X-Scheme": "https"}, ("192.0.2.1", None)),
        ("", {"X-Real-IP": "198.51.100.7"}, ("", None)),
        # Trusted: the rightmost address that is not a proxy's.
        ("10.0.0.1", {}, ("10.0.0.1", None)),
        ("10.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, ("198.51.100.7", None)),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6, 198.51.100.7"}, ("198.51.100.7", None)),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6,198.51.100.7,10.9.9.9"}, ("198.51.100.7", None)),
        ("10.0.0.1", {"X-Forwarded-For": "10.1.1.1, 10.2.2.2"}, ("10.1.1.1", None)),
        ("10.0.0.1", {"X-Real-IP": "198.51.100.8"}, ("198.51.100.8", None)),
        (
            "10.0.0.1",
            {"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.8"},
            ("198.51.100.7", None),
        ),
        ("fd00::1", {"X-Real-IP": "2001:db8::7"}, ("2001:db8::7", None)),
        ("::ffff:10.0.0.1", {"X-Real-IP": "198.51.100.8"}, ("198.51.100.8", None)),
        # Malformed values are passed over.
        ("10.0.0.1", {"X-Forwarded-For": "nonsense"}, ("10.0.0.1", None)),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6, nonsense"}, ("10.0.0.1", None)),
        # X-Real-IP may then be the client's own, passed on.
        ("10.0.0.1", {"X-Forwarded-For": "x", "X-Real-IP": "198.51.100.8"}, ("10.0.0.1", None)),
        # Some proxies add the port.
        ("10.0.0.1", {"X-Forwarded-For": "198.51.100.7:4711"}, ("198.51.100.7", None)),
        ("10.0.0.1", {"X-Forwarded-For": "[2001:db8::7]:4711"}, ("2001:db8::7", None)),
        ("10.0.0.1", {"X-Forwarded-For": "[2001:db8::7]"}, ("2001:db8::7", None)),
        ("10.0.0.1", {"X-Real-IP": "<script>"}, ("10.0.0.1", None)),
        ("10.0.0.1", {"X-Scheme": "javascript"}, ("10.0.0.1", None)),
        # Schemes.
        ("10.0.0.1", {"X-Scheme": "https"}, ("10.0.0.1", "https")),
        ("10.0.0.1", {"X-Forwarded-Proto": "http, HTTPS"}, ("10.0.0.1", "https")),
        ("10.0.0.1", {"X-Forwarded-Proto": "wss"}, ("10.0.0.1", "https")),
    ],
)
def test_headers_are_believed_from_named_proxies_only(peer, headers, expected):
    """The client's address and scheme come from a trusted proxy, or from the connection."""
    assert expected == forwarded(peer, headers, PROXIES)
