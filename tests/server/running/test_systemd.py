"""What systemd is told, on a socket like its own."""

from __future__ import annotations

import secrets
import signal
import socket

import pytest

from liveguide.server.running import systemd

from ..conftest import address, ended


@pytest.fixture(name="manager")
def _manager(tmp_path, monkeypatch):
    """Return a socket that hears what a service says to its manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield manager


async def test_a_service_says_that_it_listens_reloads_and_stops(guide, start, manager):
    """READY=1 comes when connections are accepted, so `systemctl start` waits for that."""
    process = await start("--port", "0", "--no-build")
    await address(process)

    assert manager.recv(100) == b"READY=1"
    process.send_signal(signal.SIGHUP)
    assert manager.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    assert manager.recv(100) == b"READY=1"
    process.terminate()
    assert manager.recv(100) == b"STOPPING=1"
    assert (await ended(process))[0] == 0


async def test_a_service_with_a_watchdog_shows_that_it_lives(guide, start, manager, monkeypatch):
    """Twice in each WatchdogSec."""
    monkeypatch.setenv("WATCHDOG_USEC", "50000")
    await address(await start("--port", "0", "--no-build"))

    said = [manager.recv(100) for _ in range(3)]

    assert said == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


def test_a_manager_may_listen_on_a_name_without_a_file(monkeypatch):
    """In Linux's abstract namespace, as the address says by its @."""
    name = f"liveguide-{secrets.token_hex(8)}"
    monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        manager.settimeout(10)

        systemd.stopping()

        assert manager.recv(100) == b"STOPPING=1"
