"""The origin rule, as a table of cases."""

from __future__ import annotations

import re

import pytest

from liveguide.server.admission.origins import Decision, decide, parse_origin, parse_rule

OWN = "http://guide.example:8888"
ALLOWED, ANONYMOUS, REFUSED = Decision.ALLOWED, Decision.ANONYMOUS, Decision.REFUSED


@pytest.mark.parametrize(
    ("entry", "origin", "allowed"),
    [
        ("gramener.com", "https://gramener.com", True),
        ("gramener.com", "http://gramener.com", True),
        ("gramener.com", "https://gramener.com:443", True),
        ("gramener.com", "http://gramener.com:80", True),
        ("gramener.com", "http://gramener.com:443", False),
        ("gramener.com", "https://gramener.com:8443", False),
        ("gramener.com", "https://evilgramener.com", False),
        ("gramener.com", "https://gramener.com.evil.example", False),
        ("gramener.com", "https://learn.gramener.com", False),
        ("gramener.com", "https://user@gramener.com", False),
        ("gramener.com", "https://gramener.com/path", False),
        ("gramener.com", "ftp://gramener.com", False),
        ("gramener.com", "gramener.com", False),
        ("gramener.com", "null", False),
        ("gramener.com", "https://GRAMENER.com", True),
        ("GRAMENER.com", "https://gramener.com", True),
        ("gramener.com:8443", "https://gramener.com:8443", True),
        ("gramener.com:8443", "https://gramener.com", False),
        ("https://gramener.com", "https://gramener.com", True),
        ("https://gramener.com", "http://gramener.com", False),
        ("https://gramener.com:8443", "https://gramener.com:8443", True),
        ("https://gramener.com:8443", "https://gramener.com", False),
        ("*.gramener.com", "https://learn.gramener.com", True),
        ("*.gramener.com", "https://a.b.gramener.com", True),
        ("*.gramener.com", "https://gramener.com", False),
        ("*.gramener.com", "https://evilgramener.com", False),
        ("https://*.gramener.com:444", "https://learn.gramener.com:444", True),
        ("https://*.gramener.com:444", "https://learn.gramener.com", False),
        ("localhost", "http://localhost:8000", True),
        ("localhost", "https://localhost", True),
        ("localhost", "http://localhost.evil.example:8000", False),
        ("localhost:8000", "http://localhost:8001", False),
        ("http://localhost", "http://localhost:8000", False),
        ("127.0.0.1", "http://127.0.0.1:5000", True),
        ("127.0.0.1", "http://127.0.0.2:5000", False),
        ("[::1]", "http://[::1]:5000", True),
        ("[::1]:5000", "http://[0:0::1]:5000", True),
        ("192.0.2.7", "http://192.0.2.7:5000", False),
        ("bücher.example", "https://xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example", True),
    ],
)
def test_an_entry_matches_whole_hosts_schemes_and_ports(entry, origin, allowed):
    """An entry allows the origins that it names and no lookalike."""
    rules = [parse_rule(entry)]

    assert (ALLOWED if allowed else REFUSED) is decide(origin, OWN, rules, auth=False)


@pytest.mark.parametrize(
    ("origin", "rules", "auth", "decision"),
    [
        (None, None, False, ALLOWED),
        (None, None, True, ALLOWED),
        (None, ["gramener.com"], False, ALLOWED),
        (OWN, None, False, ALLOWED),
        (OWN, None, True, ALLOWED),
        (OWN, ["gramener.com"], True, ALLOWED),
        ("HTTP://Guide.Example:8888", None, True, ALLOWED),
        ("https://guide.example:8888", None, False, ANONYMOUS),
        ("http://guide.example:8889", None, False, ANONYMOUS),
        ("http://guide.example", None, False, ANONYMOUS),
        ("http://evil.example", None, False, ANONYMOUS),
        ("null", None, False, ANONYMOUS),
        ("", None, False, ANONYMOUS),
        ("http://evil.example", None, True, REFUSED),
        ("null", None, True, REFUSED),
        ("chrome-extension://abcdef", None, False, ANONYMOUS),
        ("http://x:99999", None, False, ANONYMOUS),
        ("http://[", None, False, REFUSED),
        ("http://[::1", None, False, REFUSED),
        ("http://gramener.com", ["gramener.com"], True, ALLOWED),
        ("http://evil.example", ["gramener.com", "localhost"], False, REFUSED),
        ("null", ["gramener.com"], False, REFUSED),
    ],
)
def test_the_rule_without_a_matching_entry(origin, rules, auth, decision):
    """The site itself may always connect; others depend on `origins` and `auth`."""
    parsed = None if rules is None else [parse_rule(rule) for rule in rules]

    assert decision is decide(origin, OWN, parsed, auth)


@pytest.mark.parametrize("own", ["http://", "http://a b", "http://[", "http://x:99999"])
def test_nonsense_in_host_is_nobody_s_origin(own):
    """A Host header that is no host makes no origin the site's own."""
    assert ANONYMOUS is decide("null", own, None, auth=False)
    assert parse_origin(own) is None


@pytest.mark.parametrize(
    ("entry", "fix"),
    [
        ("", "write a host such as example.org"),
        ("  ", "write a host such as example.org"),
        ("a.example b.example", "remove the spaces; one host for each entry"),
        (" a.example", "remove the spaces; one host for each entry"),
        ("ftp://a.example", "the scheme of an origin is http or https"),
        ("https://a.example/", "an origin has no path, query or user; write only the host"),
        ("a.example/chat", "an origin has no path, query or user; write only the host"),
        ("*", "'*' stands only for subdomains, as in *.example.org; "
         "leave 'origins' out to allow every site"),
        ("a.*.example", "'*' stands only for subdomains, as in *.example.org; "
         "leave 'origins' out to allow every site"),
        ("*.", "that is not a host's name; write it as in example.org"),
        ("-a.example", "that is not a host's name; write it as in example.org"),
        ("a..example", "that is not a host's name; write it as in example.org"),
        ("a.example:", "a port is a number from 1 to 65535"),
        ("a.example:http", "a port is a number from 1 to 65535"),
        ("a.example:65536", "a port is a number from 1 to 65535"),
        ("::1", "write an IPv6 address in brackets, as in [::1]:8888"),
        ("[::1", "write an IPv6 address in brackets, as in [::1]:8888"),
        ("[nonsense]", "write an IPv6 address in brackets, as in [::1]:8888"),
    ],
)  # fmt: skip
def test_an_entry_that_means_nothing_names_the_fix(entry, fix):
    """A faulty entry is refused with the likely fix."""
    with pytest.raises(ValueError, match=f"^{re.escape(fix)}$"):
        parse_rule(entry)
