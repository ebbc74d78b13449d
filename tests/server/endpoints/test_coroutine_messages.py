"""What an async function sends and receives."""

from __future__ import annotations

import asyncio

import pytest

from liveguide.server.endpoints.coroutines import MOST_WAITING

from ..conftest import handshake
from .coroutines import a_function, closed, frame, happened, module_of


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("'grün'", "grün"),
        ("b'\\x00\\xff'", b"\x00\xff"),
        ("{'n': [1, None]}", '{"n": [1, null]}'),
    ],
)
async def test_send_takes_text_bytes_and_dicts(serve, sent, received):
    """As a text message, a binary one, and JSON."""
    served = await serve(a_function(f"await websocket.accept()\nawait websocket.send({sent})"))

    async with served.connect("/it") as ws:
        assert await ws.recv() == received


async def test_binary_messages_are_received_as_bytes(serve):
    """And text as `str`."""
    served = await serve(
        a_function("async for message in websocket: await websocket.send(repr(message))")
    )

    async with served.connect("/it") as ws:
        await ws.send("grün")
        await ws.send(b"\x00\xff")
        assert [await ws.recv(), await ws.recv()] == ["'grün'", r"b'\x00\xff'"]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("await websocket.accept()", "this WebSocket is accepted already"),
        (
            "await asyncio.gather(websocket.receive(), websocket.receive())",
            "two tasks can't receive from one WebSocket at once",
        ),
    ],
)
async def test_misuse_closes_with_1011(serve, caplog, act, message):
    """A RuntimeError says what was wrong."""
    served = await serve(a_function(f"await websocket.accept()\n{act}"))

    async with served.connect("/it") as ws:
        assert await closed(ws) == (1011, "bot.it failed")
    await served.app.connections.ended()

    assert f"RuntimeError: {message}" in caplog.text


async def test_a_receive_that_is_cancelled_loses_no_message(serve):
    """However often it is tried, each message comes once, and in order."""
    body = (
        "await websocket.accept()\n"
        "while len(events) < 300:\n"
        "    try:\n"
        "        async with asyncio.timeout(0):\n"
        "            events.append(await websocket.receive())\n"
        "    except TimeoutError:\n"
        "        sockets.append('cancelled')\n"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        for number in range(300):
            await ws.send(str(number))
            await asyncio.sleep(0)  # to the server, in the same loop
        assert await closed(ws) == (1000, "")

    assert module["events"] == [str(number) for number in range(300)]
    assert module["sockets"]


async def test_what_waits_when_the_client_leaves_is_received(serve):
    """All of it, and only then does `receive` raise."""
    body = (
        "await websocket.accept()\n"
        "await go.wait()\n"
        "try:\n"
        "    while True: events.append(await websocket.receive())\n"
        "except WebSocketClosedError:\n"
        "    events.append('closed')\n"
        "done.set()"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        for message in "abc":
            await ws.send(message)
    module["go"].set()
    await happened(module["done"])

    assert module["events"] == ["a", "b", "c", "closed"]


async def test_what_was_not_yet_read_when_the_client_leaves_is_received(serve):
    """Nor does it matter that the client has cut the connection behind it."""
    body = (
        "await websocket.accept()\n"
        "await go.wait()\n"
        "async for message in websocket: events.append(int(message))\n"
        "done.set()"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    _, writer = await handshake(served.port, "/it")
    for number in range(3 * MOST_WAITING):
        writer.write(frame(b"%d" % number))
    writer.close()
    await writer.wait_closed()
    module["go"].set()
    await happened(module["done"])

    assert module["events"] == list(range(3 * MOST_WAITING))


async def test_sending_to_a_client_that_has_left_raises(serve, caplog):
    """`WebSocketClosedError`; left unhandled, it ends the function and is no error."""
    body = (
        "await websocket.accept()\n"
        "try:\n"
        "    while True: await websocket.send('tick')\n"
        "except Exception as error:\n"
        "    events.append(type(error).__name__)\n"
        "    raise\n"
        "finally:\n"
        "    done.set()"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        assert await ws.recv() == "tick"
        ws.transport.abort()
        await happened(module["done"])
    await served.app.connections.ended()

    assert module["events"] == ["WebSocketClosedError"]
    assert caplog.text == ""


async def test_a_client_that_floods_is_not_read_any_further(serve):
    """A few messages wait for a function that does not receive; all of them reach it later."""
    body = (
        "sockets.append(websocket)\n"
        "await websocket.accept()\n"
        "await go.wait()\n"
        "while len(events) < 500:\n"
        "    events.append(int((await websocket.receive())[-3:]))\n"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    reader, writer = await handshake(served.port, "/it")
    for number in range(500):
        writer.write(frame(b"%060000d" % number))  # 30 MB, more than any socket buffers
    with pytest.raises(TimeoutError):  # no event tells that nothing happens
        await asyncio.wait_for(writer.drain(), 0.5)
    assert len(module["sockets"][0]._messages) == MOST_WAITING
    module["go"].set()

    assert await asyncio.wait_for(reader.readexactly(4), 60) == b"\x88\x02\x03\xe8"
    assert module["events"] == list(range(500))
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("close", "seen"),
    [("ws.close(4000, 'tea')", (4000, "tea")), ("ws.close()", (1000, None)), ("abort", None)],
)
async def test_the_function_knows_how_the_client_left(serve, close, seen):
    """The code and the reason that it gave, `None` where it gave none."""
    body = (
        "events.append((websocket.close_code, websocket.close_reason))\n"
        "async for message in websocket: pass\n"
        "events.append((websocket.close_code, websocket.close_reason))\n"
        "done.set()"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        if close == "abort":
            ws.transport.abort()
        else:
            await ws.close(*(() if seen == (1000, None) else seen))
        await happened(module["done"])

    assert module["events"] == [(None, None), seen or (None, None)]
