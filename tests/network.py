"""A network of two that can be cut: the other end of a link, in a namespace of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_FAR_MAC = "02:00:00:00:00:02"


def run(command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command.split(), check=True, capture_output=True)


class Network:
    """
    The link between this machine and a namespace.

    Attributes:

        name: The namespace.

        near: The link's device here.

        here: This machine's address on it.

        there: The namespace's.
    """

    def __init__(self) -> None:
        number = os.getpid() % 0x4000 * 4  # tests run side by side
        prefix = f"10.213.{number >> 8}"
        self.name = f"liveguide{os.getpid()}"
        self.near, self._far = f"lg{os.getpid()}a"[:15], f"lg{os.getpid()}b"[:15]
        self.here, self.there = (f"{prefix}.{(number & 255) + end}" for end in (1, 2))

    def make(self) -> None:
        run(f"ip link add {self.near} type veth peer name {self._far} netns {self.name}")
        run(f"ip address add {self.here}/30 dev {self.near}")
        run(f"ip link set {self.near} up")
        run(f"ip -n {self.name} link set {self._far} address {_FAR_MAC} up")
        # Who does not answer is not asked for either: packets go out, and arrive nowhere.
        run(f"ip neighbour replace {self.there} lladdr {_FAR_MAC} dev {self.near} nud permanent")
        self.mend()

    def cut(self) -> None:
        """Drop every packet without a word; connections stay open at both ends."""
        run(f"ip -n {self.name} address delete {self.there}/30 dev {self._far}")

    def mend(self) -> None:
        """Let packets arrive."""
        run(f"ip -n {self.name} address add {self.there}/30 dev {self._far}")

    def inside(self, *command: object) -> list[str]:
        """Return a command that runs at the other end."""
        return ["ip", "netns", "exec", self.name, *map(str, command)]


@contextmanager
def linked() -> Iterator[Network]:
    """Make such a network; without the right to, the test is skipped, which fails in CI."""
    network = Network()
    try:
        run(f"ip netns add {network.name}")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("network namespaces are root's, and need iproute2")
    try:
        network.make()
        yield network
    finally:
        subprocess.run(["ip", "link", "delete", network.near], check=False, capture_output=True)
        run(f"ip netns delete {network.name}")
