"""Clients that are gone without a word (row 17): they are found, and everybody is told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.conftest import ROOT, address, handshake, routes
from server.wire.client import CLOSE, PING, TEXT, client_frame, raw_client, saying

from liveguide.server.endpoints import coroutines
from liveguide.server.wire import protocol
from tests.network import Network, linked, run
from tests.waiting import until

pytestmark = pytest.mark.long

HERE = """
here = set()

def open(handler):
    here.add(handler)
    say()

def on_close(handler):
    here.discard(handler)
    say()

def say():
    print(len(here), 'here')
    for reader in here:
        reader.write_message(str(len(here)))
"""

KWARGS = """\
open: {function: room.open}
on_close: {function: room.on_close}
ping_interval: 0.1
ping_timeout: 0.05
"""

HURRIED = """
import sys
from liveguide.server.endpoints import coroutines
from liveguide.server.cli import main
from liveguide.server.wire import protocol
from tests.network import Network, linked, run

protocol.FAIL_SECONDS = coroutines.GRACE = 0.1

sys.exit(main())
"""

CLIENT = """
import asyncio, sys
import websockets

async def main():
    async with websockets.connect(sys.argv[1], proxy=None) as ws:
        for n in range(20):
            await ws.send(str(n))
        print(await ws.recv(), flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_one_who_answers_no_ping_is_gone_and_the_others_are_told(serve, monkeypatch):
    """Its on_close is called, so that those who stay see how many they are; they notice no more."""
    monkeypatch.setattr(protocol, "FAIL_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "CLOSE_SECONDS", 1000)
    served = await serve({"gramex.yaml": routes(room=KWARGS), "room.py": HERE})

    async with served.connect("/room") as stays:
        assert await stays.recv() == "1"
        _, writer = await handshake(served.port, "/room")
        assert await stays.recv() == "2"

        assert await asyncio.wait_for(stays.recv(), 10) == "1"
    writer.close()


DEAF = """
import asyncio

async def wait(websocket):
    await websocket.accept()
    await asyncio.Event().wait()
"""
HERE_DEAF = """
import asyncio

async def wait(websocket):
    await websocket.accept()
    print('1 here')
    await websocket.send('1')
    try:
        await asyncio.Event().wait()
    finally:
        print('0 here')
"""
DEAF_ENTRY = """
url:
  deaf: {pattern: /deaf, handler: room.wait, kwargs: {ping_interval: 0.1, ping_timeout: 0.05}}
"""


@pytest.mark.parametrize("last", ["nothing", "close", "reset"])
async def test_one_who_left_unread_messages_is_gone(serve, monkeypatch, last):
    """Its function receives nothing, so that neither its close nor its end is ever read."""
    monkeypatch.setattr(coroutines, "GRACE", 0.05)
    served = await serve({"gramex.yaml": DEAF_ENTRY, "room.py": DEAF})

    async with raw_client(served.port, "/deaf") as client:
        for _ in range(2 * coroutines.MOST_WAITING):
            client.send(client_frame(TEXT, b"hello"))
        (handler,) = served.app.connections
        await until(lambda: len(handler._websocket._messages) >= coroutines.MOST_WAITING)
        if last == "close":
            client.send(client_frame(CLOSE, saying(1000)))
        elif last == "reset":
            client.reset()

    await asyncio.wait_for(served.app.connections.ended(), 10)
    assert len(served.app.connections) == 0


async def test_one_who_stays_is_waited_for_while_its_messages_are_unread(serve, monkeypatch):
    """Its pongs wait behind them, so their absence says nothing."""
    monkeypatch.setattr(coroutines, "GRACE", 0.05)
    served = await serve({"gramex.yaml": DEAF_ENTRY, "room.py": DEAF})

    async with raw_client(served.port, "/deaf") as client:
        for _ in range(2 * coroutines.MOST_WAITING):
            client.send(client_frame(TEXT, b"hello"))
        assert (await client.receive())[0] == PING
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(served.app.connections.ended(), 0.3)
    await asyncio.wait_for(served.app.connections.ended(), 10)


@pytest.fixture(name="network")
def _network() -> Iterator[Network]:
    with linked() as network:
        yield network


async def test_a_client_behind_a_cut_link_is_gone(guide, start, network, tmp_path: Path):
    """No packet says so: its link goes down while its connection is open."""
    await assert_noticed_when_cut_off(guide, start, network, tmp_path, HERE, routes(room=KWARGS))


async def test_one_behind_a_cut_link_who_left_unread_messages_is_gone(
    guide, start, network, tmp_path: Path
):
    """Nothing is acknowledged any more of what is sent to it."""
    entry = DEAF_ENTRY.replace("deaf", "room")

    await assert_noticed_when_cut_off(guide, start, network, tmp_path, HERE_DEAF, entry)


async def assert_noticed_when_cut_off(
    guide: Path, start: Any, network: Network, folder: Path, module: str, entry: str
) -> None:
    """Cut a client's link: the server notices, and calls what tells of it."""
    (guide / "gramex.yaml").write_text(entry)
    (guide / "room.py").write_text(module)
    options = ["--port", "0", "--address", network.here, "--no-build"]
    process = await start(*options, script=HURRIED)
    url = (await address(process)).replace("http", "ws") + "room"
    client = await asyncio.create_subprocess_exec(
        *network.inside(sys.executable, "-c", CLIENT, url),
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        assert client.stdout is not None
        assert await asyncio.wait_for(client.stdout.readline(), 10) == b"1\n"
        assert await process.stdout.readline() == b"1 here\n"

        await asyncio.to_thread(run, f"ip link set {network.near} down")

        assert await asyncio.wait_for(process.stdout.readline(), 10) == b"0 here\n"
    finally:
        client.kill()
        await client.wait()
