"""What one address is, and how often it may open a socket."""

from __future__ import annotations

import pytest

from liveguide.server.admission.addresses import Handshakes, client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("", ""),
        ("no address", "no address"),
        ("no:address", "no:address"),
    ],
)
def test_one_client_has_an_ipv4_address_or_64_bits_of_an_ipv6_one(address, network):
    """A provider gives each customer at least a /64 (RFC 6177), with 2^64 addresses in it."""
    assert client_network(address) == network


def test_each_address_has_its_own_rate():
    """What one has used up is there for the other."""
    handshakes = Handshakes({"address_rate": 1, "address_burst": 2})

    waits = [handshakes.take("192.0.2.7", 100.0) for _ in range(3)]

    assert [wait <= 0 for wait in waits] == [True, True, False]
    assert handshakes.wait("192.0.2.7", 100.0) == 1
    assert handshakes.wait("192.0.2.8", 100.0) <= 0
    assert handshakes.take("192.0.2.8", 100.0) <= 0


def test_a_rate_of_none_bounds_nothing():
    """0 stands for any number."""
    handshakes = Handshakes({"address_rate": 0, "address_burst": 1})

    assert [handshakes.take("192.0.2.7", 100.0) for _ in range(100)] == [0] * 100


def test_a_rate_that_is_read_anew_forgets_nobody():
    """As long as it stays the same; by another one everybody is counted anew."""
    handshakes = Handshakes({"address_rate": 1, "address_burst": 1})
    handshakes.take("192.0.2.7", 100.0)

    handshakes.use({"address_rate": 1, "address_burst": 1})
    assert handshakes.wait("192.0.2.7", 100.0) == 1
    handshakes.use({"address_rate": 0, "address_burst": 1})
    assert handshakes.wait("192.0.2.7", 100.0) == 0


def test_who_has_been_quiet_is_forgotten():
    """Strangers who came once are not remembered for ever, and many at once only up to a bound."""
    handshakes = Handshakes({"address_rate": 1, "address_burst": 1})
    for number in range(20_000):
        handshakes.take(f"client {number}", 100.0)
    assert len(handshakes._rates) == 10_000

    handshakes.take("late", 101.0)

    assert set(handshakes._rates) == {"late"}
