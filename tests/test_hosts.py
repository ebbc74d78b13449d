"""Which names a server answers to, as tables of cases."""

from __future__ import annotations

import pytest

from liveguide.hosts import Hosts, host_pattern

HOSTS = Hosts(["docs.example.org", "*.guide.example"])


@pytest.mark.parametrize(
    "host",
    [
        "docs.example.org",
        "docs.example.org:8888",
        "DOCS.example.ORG:80",
        "docs.example.org.",
        "a.guide.example",
        "a.b.guide.example:8443",
        "localhost",
        "localhost:8888",
        "docs.localhost:8888",
        "127.0.0.1",
        "127.0.0.1:8888",
        "192.168.1.7:8888",
        "[::1]:8888",
        "[2001:db8::7]",
    ],
)
def test_its_own_names_and_every_address_are_answered(host: str) -> None:
    """What is listed, whatever the port; what is an address; what is this computer."""
    assert HOSTS.answer_to(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8888",
        "docs.example.org.evil.example",
        "evildocs.example.org",
        "guide.example",
        "evilguide.example",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "192.168.1.7@evil.example",
        "0x7f.1",
        "127.1",
        "[::1",
        "::1",
        "[evil.example]",
        "[fe80::g]",
        "[g::1]",
        "docs.example.org:80:80",
        "docs.example.org:http",
    ],
)
def test_another_name_is_not_answered(host: str) -> None:
    """A lookalike, a name made of an address, and what is no host are not the server's."""
    assert not HOSTS.answer_to(host)


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("Docs.Example.org", "docs.example.org"),
        ("*.Example.org", "*.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("intranet", "intranet"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:DB8::7]", "[2001:db8::7]"),
        ("*.localhost", "*.localhost"),
    ],
)
def test_a_name_is_kept_as_browsers_send_it(written: str, pattern: str) -> None:
    """Lower case and punycode, subdomains with their star."""
    assert host_pattern(written) == pattern


@pytest.mark.parametrize(
    "written", ["", "*", "*.", "*.127.0.0.1:80", "docs.example.org:80", "https://x", "a b", "a/b"]
)
def test_what_is_no_name_is_refused_with_the_fix(written: str) -> None:
    """The message quotes it, and shows a right one."""
    with pytest.raises(ValueError, match=r"without a port, as in docs\.example\.org$"):
        host_pattern(written)
