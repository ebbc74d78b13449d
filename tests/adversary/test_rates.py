"""Floods of messages (row 13): the flooder is closed, and nobody else notices."""

from __future__ import annotations

import asyncio
import json

import pytest
import websockets
from server.conftest import ECHO, routes
from server.wire.client import (
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    client_frame,
    raw_client,
    saying,
)
from websockets.exceptions import ConnectionClosed

from liveguide.server.wire.protocol import MOST_A_TURN
from liveguide.settings import Settings

TOO_MANY = b"rate: too many control frames, or frames that are short and end no message"


async def echoed(ws, text: str) -> bool:
    """Say whether a message comes back."""
    await ws.send(text)
    return await asyncio.wait_for(ws.recv(), 10) == text


async def flood(ws, messages: int = 1000) -> int:
    """Send messages until the server closes; return how many of them were answered."""
    answered = 0
    try:
        for number in range(messages):
            await ws.send(str(number))
        while True:
            await asyncio.wait_for(ws.recv(), 10)
            answered += 1
    except ConnectionClosed:
        return answered


async def test_a_flooder_is_closed_beside_fifty_who_are_heard(serve, caplog):
    """1008 `rate` after the burst, one line of log, and every other message echoed."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=Settings())
    clients = [await served.connect("/echo") for _ in range(50)]

    async with served.connect("/echo") as flooder:
        answered, *heard = await asyncio.gather(
            flood(flooder), *(echoed(ws, "quiet") for ws in clients)
        )

    assert (flooder.close_code, flooder.close_reason[:5]) == (1008, "rate:")
    assert 30 <= answered <= 40
    assert all(heard)
    assert all(await asyncio.gather(*(echoed(ws, "still") for ws in clients)))
    assert served.app.counts.refused == {"rate": 1}
    assert [r.getMessage() for r in caplog.records] == ["refused 1008 rate '/echo' from 127.0.0.1"]
    for ws in clients:
        await ws.close()


async def test_an_endpoint_has_its_own_rate_before_the_site_s(serve):
    """What `kwargs` say holds; elsewhere what `limits` say; 0 is any number."""
    entries = routes(
        any=f"{ECHO}\nmessage_rate: 0",
        few=f"{ECHO}\nmessage_burst: 3",
        site=ECHO,
    )
    settings = Settings(limits={"message_rate": 1, "message_burst": 10})
    served = await serve({"gramex.yaml": entries}, settings=settings)

    async with served.connect("/any") as ws:
        assert all([await echoed(ws, str(number)) for number in range(100)])
    for path, burst in [("/few", 3), ("/site", 10)]:
        async with served.connect(path) as ws:
            assert await flood(ws, 50) == burst


@pytest.mark.parametrize("kind", ["class", "coroutine"])
async def test_every_style_of_endpoint_is_bounded(serve, kind):
    """A class and a coroutine of an author's get no more messages than functions do."""
    source = (
        "from tornado.websocket import WebSocketHandler\n"
        "class Echo(WebSocketHandler):\n"
        "    def on_message(self, message): self.write_message(message)\n"
        if kind == "class"
        else "async def Echo(websocket):\n"
        "    await websocket.accept()\n"
        "    while True:\n"
        "        await websocket.send(await websocket.receive())\n"
    )
    entry = "url:\n  echo: {pattern: /echo, handler: own.Echo, kwargs: {message_burst: 5}}\n"
    served = await serve({"gramex.yaml": entry, "own.py": source}, settings=Settings())

    async with served.connect("/echo") as ws:
        await flood(ws, 50)

    assert (ws.close_code, ws.close_reason[:5]) == (1008, "rate:")


@pytest.mark.parametrize(
    ("before", "again"),
    [
        (b"", client_frame(PING)),
        (b"", client_frame(PONG)),
        (client_frame(TEXT, fin=False), client_frame(CONTINUATION, fin=False)),
        (client_frame(TEXT, fin=False), client_frame(CONTINUATION, b"x", fin=False)),
    ],
)
async def test_a_flood_of_frames_that_are_no_messages_is_closed(serve, caplog, before, again):
    """Ten times as many as messages may come, however large the burst; then 1008."""
    settings = Settings(limits={"message_rate": 1, "message_burst": 5})
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=settings)

    async with served.connect("/echo") as other, raw_client(served.port, "/echo") as client:
        client.send(before + again * 45)
        client.send(again * 100)
        while (received := await client.receive())[0] == PONG:
            pass
        assert await echoed(other, "quiet")

    assert received == (CLOSE, saying(1008, TOO_MANY))
    (record,) = caplog.records
    assert record.getMessage() == (f"refused 1008 rate '/echo' from 127.0.0.1: {TOO_MANY.decode()}")


async def test_frames_without_end_do_not_keep_the_others_waiting(serve):
    """Also where any number may come."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with raw_client(served.port, "/echo") as client:
        counting = asyncio.ensure_future(count())
        parts = client_frame(CONTINUATION, fin=False) * 5000
        client.send(client_frame(TEXT, fin=False) + parts + client_frame(PING))
        assert await client.receive() == (PONG, b"")
        counting.cancel()

    assert turns > 5000 / MOST_A_TURN


LOOPBACK = {"loopback": True, "address_sockets": 3, "address_rate": 1, "address_burst": 5}


async def test_a_reload_gives_nobody_another_burst(serve):
    """Who has opened too many of late waits, whatever else is read anew."""
    settings = Settings(limits={**LOOPBACK, "address_burst": 1})
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=settings)
    async with served.connect("/echo"):
        served.app.use(served.app.loaded, settings)

        with pytest.raises(websockets.InvalidStatus, match="429"):
            await served.connect("/echo")


async def test_an_address_with_too_many_sockets_is_answered_429(serve):
    """With Retry-After and a reason; others may connect; one that has closed makes room."""
    limits = {**LOOPBACK, "address_rate": 0}
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=Settings(limits=limits))
    own = [await served.connect("/echo") for _ in range(3)]

    refused = await served.get("/echo")  # as a page asks that was refused
    status = await served.status("/echo", **UPGRADE)

    assert refused.code == status == 429
    assert refused.headers["Retry-After"] == "10"
    assert json.loads(refused.body) == {
        "error": "your address has 3 connections open, and may not have more"
    }
    async with served.connect("/echo", local_addr=("127.0.0.2", 0)) as other:
        assert await echoed(other, "hello")
    await own.pop().close()
    async with served.connect("/echo") as ws:
        assert await echoed(ws, "again")
    for ws in own:
        await ws.close()


UPGRADE = {
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


SLOW_TO_JUDGE = """
async def judge(handler):
    asked = handler.application.asked
    asked.put_nowait("asked")
    try:
        await handler.application.judged.wait()
    finally:
        asked.put_nowait("answered")
    if "no" in handler.args:
        handler.set_status(403)
        handler.finish()
"""


async def slow_to_judge(serve):
    """Serve an endpoint whose `on_request` waits for `app.judged`, and notes it in `app.asked`."""
    entry = routes(slow=f"on_request: {{function: slow.judge}}\n{ECHO}")
    settings = Settings(limits={**LOOPBACK, "address_rate": 0})
    served = await serve({"gramex.yaml": entry, "slow.py": SLOW_TO_JUDGE}, settings=settings)
    served.app.asked, served.app.judged = asyncio.Queue(), asyncio.Event()
    return served


async def test_a_handshake_takes_a_place_while_it_is_judged(serve):
    """However many wait for `on_request` at once, no more are let in than may be open."""
    served = await slow_to_judge(serve)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        asked = [group.create_task(served.connect("/slow").__aenter__()) for _ in range(3)]
        for _ in asked:
            await served.app.asked.get()
        assert await served.status("/slow", **UPGRADE) == 429
        served.app.judged.set()

    own = [task.result() for task in asked]
    assert all(await asyncio.gather(*(echoed(ws, "hello") for ws in own)))
    assert served.app.connections.taken_by("127.0.0.1") == 3
    for ws in own:
        await ws.close()


async def test_a_handshake_that_comes_to_nothing_gives_its_place_back(serve):
    """Refused by the author's function, or left by its client: the place is free again."""
    served = await slow_to_judge(serve)

    async with asyncio.timeout(10):
        leaving = asyncio.ensure_future(served.connect("/slow").__aenter__())
        assert await served.app.asked.get() == "asked"
        assert served.app.connections.taken == 1
        leaving.cancel()
        assert await served.app.asked.get() == "answered"
        assert served.app.connections.taken == 0
        served.app.judged.set()
        assert await served.status("/slow?no", **UPGRADE) == 403
        assert served.app.connections.taken == 0


async def test_an_address_that_connects_too_often_must_wait(serve):
    """429 after the burst, and `Retry-After` says when; to ask why costs nothing."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=Settings(limits=LOOPBACK))
    for _ in range(5):
        async with served.connect("/echo"):
            pass

    refused = [await served.get("/echo") for _ in range(3)]

    assert await served.status("/echo", **UPGRADE) == 429
    assert {(r.code, r.headers["Retry-After"]) for r in refused} == {(429, "1")}
    why = "your address opens connections too fast; try again in 1 s"
    assert json.loads(refused[0].body) == {"error": why}
    assert (await served.get("/")).code == 200


async def test_this_computer_is_not_bounded_unless_told(serve):
    """Without `loopback`, an author's browser may open what it likes."""
    limits = {**LOOPBACK, "loopback": False}
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=Settings(limits=limits))

    sockets = [await served.connect("/echo") for _ in range(20)]

    assert all(await asyncio.gather(*(echoed(ws, "hello") for ws in sockets)))
    for ws in sockets:
        await ws.close()


async def test_behind_a_proxy_each_reader_is_bounded_alone(serve):
    """The address that counts is the reader's, by 64 bits where it is IPv6, not the proxy's."""
    limits = {**LOOPBACK, "address_sockets": 1, "address_rate": 0}
    settings = Settings(limits=limits, trusted_proxies=("127.0.0.1",))
    served = await serve({"gramex.yaml": routes(echo=ECHO)}, settings=settings)

    def reader(address: str):
        return served.connect("/echo", additional_headers={"X-Forwarded-For": address})

    async def status(address: str) -> int:
        return await served.status("/echo", **UPGRADE, **{"X-Forwarded-For": address})

    async with reader("192.0.2.1"), reader("192.0.2.2"), reader("2001:db8::1"):
        assert await status("192.0.2.1") == 429
        assert await status("2001:db8::2") == 429
        async with reader("2001:db8:0:1::1") as ws:
            assert await echoed(ws, "hello")
