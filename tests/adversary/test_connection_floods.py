"""Floods of connections (row 14): from one address, from many, and in all."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter

import pytest
from server.conftest import ECHO, routes

from liveguide.server.admission import accepting
from liveguide.server.admission.accepting import BoundedServer
from liveguide.settings import Settings

from .process import Running, running

pytestmark = pytest.mark.long

SETTINGS = "limits: {loopback: true, address_sockets: 20, address_rate: 5, address_burst: 20}\n"
PAGE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HANDSHAKE = (
    b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Client:
    """One who connects by hand, from an address of this computer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, server: Running, address: str = "127.0.0.1") -> Client:
        """Open a connection."""
        return cls(
            *await asyncio.open_connection("127.0.0.1", server.port, local_addr=(address, 0))
        )

    async def status(self, request: bytes = HANDSHAKE) -> bytes:
        """Ask for something; return the status, or that the connection was cut."""
        self.writer.write(request)
        try:
            head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)
        except (ConnectionError, asyncio.IncompleteReadError):
            return b"cut"
        status = head.split(b" ", 2)[1]
        assert (b"\r\nRetry-After: " in head) is (status in (b"429", b"503"))
        return status

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def test_two_thousand_connects_leave_the_others_their_place(write_tree):
    """Each address gets its 20 sockets, the rest 429 or nothing; other readers go on."""
    guide = write_tree({"gramex.yaml": routes(echo=ECHO), "liveguide.yaml": SETTINGS})
    addresses = ["127.0.0.7"] * 1000 + [f"127.0.0.{n % 100 + 100}" for n in range(1000)]
    answers: Counter[bytes] = Counter()
    clients: list[Client] = []
    async with running(guide) as server:
        for start in range(0, 2000, 250):
            new = await asyncio.gather(
                *(Client.connect(server, one) for one in addresses[start : start + 250])
            )
            clients += new
            answers.update(await asyncio.gather(*(one.status() for one in new)))
            for one in new[100:]:
                await one.close()

        other = await Client.connect(server, "127.0.0.250")
        assert await other.status() == b"101"
        for one in [*clients, other]:
            await one.close()

    assert answers.keys() == {b"101", b"429", b"cut"}
    assert 1000 <= answers[b"101"] < 1100  # ten each, and the twenty of the one address
    assert b"Traceback" not in server.log
    assert server.log.count(b"refused 429") < 200


async def test_when_all_places_are_taken_sockets_are_answered_503(write_tree):
    """With Retry-After and a reason; pages are still served; one that leaves makes room."""
    settings = "limits: {connections: 32}\n"
    guide = write_tree({"gramex.yaml": routes(echo=ECHO), "liveguide.yaml": settings})
    async with running(guide) as server:
        held = [await Client.connect(server) for _ in range(29)]
        statuses = [await one.status() for one in held]
        last = held[-1]
        reason = await last.reader.readexactly(81)
        page = await last.status(PAGE)
        await held[0].close()
        while (status := await (one := await Client.connect(server)).status()) == b"503":
            await one.close()  # the server has not yet seen the other leave
        for client in [*held, one]:
            await client.close()

    assert statuses == [b"101"] * 28 + [b"503"]
    why = "the server has as many connections as it can hold; try again in 10 s"
    assert json.loads(reason) == {"error": why}
    assert (page, status) == (b"200", b"101")
    assert b"refused 503 connections '/echo' from 127.0.0.1" in server.log


async def test_one_address_that_says_nothing_does_not_take_all_places(write_tree):
    """Twice as many connections as sockets, then the next is closed unheard; others are served."""
    settings = "limits: {loopback: true, address_sockets: 5}\n"
    guide = write_tree({"gramex.yaml": routes(echo=ECHO), "liveguide.yaml": settings})
    async with running(guide) as server:
        silent = [await Client.connect(server) for _ in range(11)]
        assert await silent[-1].status() == b"cut"

        other = await Client.connect(server, "127.0.0.2")
        assert await other.status() == b"101"
        for one in [*silent, other]:
            await one.close()
    assert b"refused 429 sockets '' from 127.0.0.1" in server.log


async def test_who_waits_for_a_place_is_counted_once(serve, monkeypatch):
    """However often the server looks whether there is room: nobody is turned away."""
    looks: asyncio.Queue[None] = asyncio.Queue()
    resume = BoundedServer._resume

    def look(server: BoundedServer) -> None:
        looks.put_nowait(None)
        resume(server)

    monkeypatch.setattr(BoundedServer, "_resume", look)
    monkeypatch.setattr(accepting, "_LOOK_AGAIN", 0.001)
    few = Settings(limits={"connections": 2})
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=few)
    held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2)]
    waits = asyncio.ensure_future(served.get("/"))
    async with asyncio.timeout(10):
        for _ in range(20):
            await looks.get()
        for _, writer in held:
            writer.close()
        assert (await waits).code == 200

    assert served.app.counts.refused == {"full": 1}
