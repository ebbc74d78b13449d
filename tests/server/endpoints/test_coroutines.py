"""Endpoints as coroutines: one async function is the whole conversation."""

from __future__ import annotations

import asyncio
import json

import pytest

from ..conftest import handshake
from ..tracing.console import hearing
from .classes import refusal
from .coroutines import HEAD, a_function, closed, happened, module_of

# The conversation


async def test_a_function_accepts_receives_sends_and_closes(serve):
    """Each is a method of the one argument."""
    body = (
        "await websocket.accept()\n"
        "name = await websocket.receive()\n"
        "await websocket.send(f'Hello, {name}')\n"
        "await websocket.close(4000, 'bye')"
    )
    served = await serve(a_function(body))

    async with served.connect("/it") as ws:
        await ws.send("Ada")
        assert await ws.recv() == "Hello, Ada"
        assert await closed(ws) == (4000, "bye")


async def test_nothing_is_answered_before_the_function_accepts(serve):
    """The handshake waits for it."""
    body = "ready.set()\nawait go.wait()\nawait websocket.accept()"
    served = await serve(a_function(body))
    module = module_of(served)

    connecting = asyncio.ensure_future(served.connect("/it").__aenter__())
    await happened(module["ready"])
    assert not connecting.done()
    module["go"].set()
    assert await closed(await connecting) == (1000, "")


async def test_async_for_accepts_by_itself(serve):
    """And hands over one message after the other."""
    served = await serve(
        a_function("async for message in websocket:\n    await websocket.send(message * 2)")
    )

    async with served.connect("/it") as ws:
        for message in ["a", "b"]:
            await ws.send(message)
            assert await ws.recv() == message * 2


async def test_async_for_ends_when_the_client_leaves(serve, caplog):
    """The function goes on behind it, and nothing is logged."""
    body = "async for message in websocket:\n    events.append(message)\ndone.set()"
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        await ws.send("a")
    await happened(module["done"])

    assert module["events"] == ["a"]
    assert caplog.text == ""


async def test_async_for_goes_on_after_an_accept(serve):
    """It does not accept a second time."""
    body = "await websocket.accept()\nasync for message in websocket: await websocket.send(message)"
    served = await serve(a_function(body))

    async with served.connect("/it") as ws:
        await ws.send("a")
        assert await ws.recv() == "a"


async def test_the_function_s_end_closes_with_1000(serve):
    """Returning is saying goodbye."""
    served = await serve(a_function("await websocket.accept()"))

    async with served.connect("/it") as ws:
        assert await closed(ws) == (1000, "")
    await served.app.connections.ended()


async def test_what_was_sent_before_the_end_arrives(serve):
    """The close frame comes after it, whether or not anybody awaited it."""
    served = await serve(
        a_function("await websocket.accept()\nfor n in range(3): await websocket.send(str(n))")
    )

    async with served.connect("/it") as ws:
        assert [message async for message in ws] == ["0", "1", "2"]


async def test_an_error_closes_with_1011(serve, caplog):
    """One line of the log names the function and its entry; the client learns no details."""
    served = await serve(a_function("await websocket.accept()\nraise ValueError('secret')"))

    async with served.connect("/it") as ws:
        assert await closed(ws) == (1011, "bot.it failed")
    await served.app.connections.ended()

    (record,) = caplog.records
    assert record.getMessage().startswith("bot.it failed (")
    assert record.getMessage().endswith("gramex.yaml:4); its connection is closed with 1011")
    assert "ValueError: secret" in caplog.text


async def test_sys_exit_closes_with_1011(serve):
    """It ends neither the server nor anybody else's connection."""
    body = "await websocket.accept()\nif await websocket.receive() == 'exit': raise SystemExit(3)"
    served = await serve(a_function(body))

    async with served.connect("/it") as other:
        async with served.connect("/it") as ws:
            await ws.send("exit")
            assert await closed(ws) == (1011, "bot.it failed")
        await other.send("end")
        assert await closed(other) == (1000, "")


async def test_an_error_after_close_is_logged(serve, caplog):
    """The client sees the close that was asked for."""
    served = await serve(
        a_function("await websocket.accept()\nawait websocket.close(4000)\nraise ValueError")
    )

    async with served.connect("/it") as ws:
        assert await closed(ws) == (4000, "")
    await served.app.connections.ended()

    assert "bot.it failed" in caplog.text


async def test_close_ends_what_can_be_received(serve):
    """After it, `receive` and `send` raise."""
    body = (
        "await websocket.accept()\n"
        "await websocket.close()\n"
        "for act in (websocket.receive, lambda: websocket.send('late')):\n"
        "    try:\n        await act()\n"
        "    except WebSocketClosedError:\n        events.append('closed')\n"
        "done.set()"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it"):
        await happened(module["done"])

    assert module["events"] == ["closed", "closed"]


async def test_a_ping_carries_its_data(serve):
    """At most 125 bytes, in a frame that the browser answers by itself."""
    served = await serve(
        a_function("await websocket.accept()\nawait websocket.ping(b'you?')\nawait go.wait()")
    )

    reader, writer = await handshake(served.port, "/it")
    assert await asyncio.wait_for(reader.readexactly(6), 60) == b"\x89\x04you?"
    writer.close()
    module_of(served)["go"].set()


# Before the handshake


async def test_an_error_before_accept_is_a_500(serve, caplog):
    """The answer is JSON without details, and the log has them."""
    served = await serve(a_function("raise ValueError('secret')"))

    assert await refusal(served) == (500, {"error": "Internal Server Error"})
    assert "ValueError: secret" in caplog.text


async def test_an_http_error_before_accept_is_the_answer(serve, caplog):
    """With its status and its reason, and what else it says is for the log."""
    served = await serve(a_function("raise HTTPError(404, 'room 7', reason='no such room')"))

    assert await refusal(served) == (404, {"error": "no such room"})
    assert "room 7" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("body", ["pass", "await websocket.close(4000)"])
async def test_returning_without_accept_is_a_403(serve, caplog, body):
    """Closing, too, is refusing; the log says what happened."""
    served = await serve(a_function(body))

    assert await refusal(served) == (403, {"error": "Forbidden"})
    assert "its function did not accept it" in caplog.text


async def test_receiving_before_accept_is_a_500(serve, caplog):
    """The log says what to write."""
    served = await serve(a_function("await websocket.receive()"))

    assert (await refusal(served))[0] == 500
    assert "RuntimeError: accept this WebSocket before receiving" in caplog.text


@pytest.mark.parametrize("act", ["send('early')", "ping()"])
async def test_sending_before_accept_is_a_500(serve, caplog, act):
    """It is not taken for a client that has left."""
    body = f"try:\n    await websocket.{act}\nexcept WebSocketClosedError:\n    pass"
    served = await serve(a_function(body))

    assert (await refusal(served))[0] == 500
    assert "RuntimeError: accept this WebSocket before sending" in caplog.text


@pytest.mark.parametrize(("version", "key", "status"), [("8", "x", 426), ("13", "", 400)])
async def test_a_handshake_that_is_none_ends_the_function_quietly(
    serve, caplog, version, key, status
):
    """Its `accept` raises `WebSocketClosedError`, and the client is told what is wrong."""
    body = (
        "try:\n    await websocket.accept()\n"
        "except WebSocketClosedError:\n    done.set()\n    raise"
    )
    served = await serve(a_function(body))

    head = await served.head(
        "GET /it HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: {version}\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    assert head.startswith(f"HTTP/1.1 {status} ")
    await happened(module_of(served)["done"])
    assert "Traceback" not in caplog.text


# Subprotocols


async def test_the_function_sees_what_is_offered(serve):
    """In the client's order; an empty list where nothing is."""
    body = "await websocket.accept()\nawait websocket.send({'offered': websocket.subprotocols})"
    served = await serve(a_function(body))

    for offered in (["soap", "chat"], None):
        async with served.connect("/it", subprotocols=offered) as ws:
            assert json.loads(await ws.recv()) == {"offered": offered or []}


@pytest.mark.parametrize("chosen", ["chat", None])
async def test_the_function_chooses_a_subprotocol(serve, chosen):
    """In `accept`; `None` ends nothing."""
    body = f"await websocket.accept({chosen!r})\nawait websocket.send(repr(websocket.subprotocol))"
    served = await serve(a_function(body))

    async with served.connect("/it", subprotocols=["soap", "chat"]) as ws:
        assert ws.subprotocol == chosen
        assert await ws.recv() == repr(chosen)


async def test_a_subprotocol_that_was_not_offered_is_a_500(serve, caplog):
    """It is the author's fault, and whoever offers it is served."""
    body = "await websocket.accept('soap')\nasync for message in websocket: pass"
    served = await serve(a_function(body))

    async with served.connect("/it", subprotocols=["soap"]) as other:
        assert (await refusal(served, subprotocols=["chat"]))[0] == 500
        await (await other.ping())
    assert "ValueError: the client did not offer 'soap', but ['chat']" in caplog.text


# The server, and the page that watches


async def test_the_server_s_stop_closes_with_1012_and_ends_the_function(serve, caplog):
    """`receive` raises, so that the function can clear up."""
    body = (
        "await websocket.accept()\nready.set()\n"
        "try:\n    await websocket.receive()\n"
        "finally:\n    for _ in range(9): await asyncio.sleep(0)\n    events.append('cleared up')"
    )
    served = await serve(a_function(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        await happened(module["ready"])
        closing = asyncio.ensure_future(closed(ws))
        await served.app.stop()
        assert module["events"] == ["cleared up"]
        assert await closing == (1012, "the server is restarting")
    assert caplog.text == ""


async def test_what_the_function_prints_is_told_to_its_page(serve):
    """With the function, the file and the line; before `accept`, after it and at the end."""
    body = (
        "print('before')\n"
        "async for message in websocket:\n"
        "    print(message)\n"
        "for _ in range(9): await asyncio.sleep(0)\n"
        "print('after')"
    )
    served = await serve(a_function(body))

    async with hearing(served) as page:
        async with page.connect("/it") as ws:
            await ws.send("a")
        await page.end()

    told = [(line["text"], line["function"], line["place"]) for line in page.of("line")]
    first = HEAD.count("\n") + 3
    assert told == [
        ("before", "bot.it", f"bot.py:{first}"),
        ("a", "bot.it", f"bot.py:{first + 2}"),
        ("after", "bot.it", f"bot.py:{first + 4}"),
    ]


async def test_the_page_is_told_that_the_function_failed(serve):
    """Where, and with what kind of error, but not its message."""
    served = await serve(a_function("await websocket.accept()\nraise ValueError('secret')"))

    async with hearing(served) as page:
        async with page.connect("/it") as ws:
            await closed(ws)
        end = await page.end()

    (line,) = page.of("line")
    assert (line["text"], line["level"]) == ("bot.it raised ValueError", "error")
    assert line["place"] == f"bot.py:{HEAD.count(chr(10)) + 4}"
    assert (end["code"], end["reason"], end["by"]) == (1011, "bot.it failed", "server")
