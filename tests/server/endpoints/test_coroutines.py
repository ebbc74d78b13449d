"""Endpoints as coroutines: one async function is the whole conversation."""

from __future__ import annotations

import asyncio
import json
import struct
from textwrap import indent
from typing import Any

import pytest

from liveguide.errors import SourceErrors
from liveguide.server.endpoints.coroutines import MOST_WAITING, PAGE_POLICY

from ..conftest import Served, handshake
from ..tracing.test_console import hearing
from .test_classes import entry, refusal

HEAD = """\
import asyncio
import json
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

events, sockets = [], []
ready, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

"""


def a_function(
    body: str, *kwargs: str, parameters: str = "websocket", **options: str
) -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a function of this body."""
    code = f"{HEAD}\nasync def it({parameters}):\n{indent(body, '    ')}\n"
    return {"gramex.yaml": entry("bot.it", *kwargs, **options), "bot.py": code}


def a_page(body: str, *kwargs: str, parameters: str = "websocket=None") -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a hybrid function of this body."""
    return a_function(body, *kwargs, parameters=parameters)


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module defines, as it was loaded."""
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    module: dict[str, Any] = endpoint.arguments["function"].__globals__
    return module


async def happened(event: asyncio.Event) -> None:
    """Wait until an event of the author's module is set."""
    await asyncio.wait_for(event.wait(), 60)


async def closed(ws: Any) -> tuple[int, str]:
    """Return the code and the reason with which the server closes, after any messages."""
    async with asyncio.timeout(60):
        await ws.wait_closed()
    return ws.close_code, ws.close_reason


def frame(data: bytes) -> bytes:
    """Return a text message of up to 65,535 bytes, with a mask that changes nothing."""
    short = len(data) < 126
    size = bytes([0x80 | len(data)]) if short else struct.pack("!BH", 0x80 | 126, len(data))
    return b"\x81" + size + bytes(4) + data


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


# Messages


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


# What the function knows


async def test_request_is_the_handshake(serve):
    """As Tornado gives it."""
    body = (
        "request = websocket.request\n"
        "await websocket.accept()\n"
        "await websocket.send([request.host, request.protocol, request.path, request.remote_ip,"
        " request.headers['X-Mood']].__repr__())"
    )
    served = await serve(a_function(body))

    async with served.connect("/it?a=1", additional_headers={"X-Mood": "good"}) as ws:
        host = f"127.0.0.1:{served.port}"
        assert await ws.recv() == repr([host, "http", "/it", "127.0.0.1", "good"])


async def test_client_is_the_address_and_the_port_at_the_other_end(serve):
    """Of the connection itself."""
    body = "await websocket.accept()\nawait websocket.send(repr(websocket.client))"
    served = await serve(a_function(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == repr(ws.local_address)


async def test_args_are_the_query_s(serve):
    """A list of texts for each name."""
    body = "await websocket.accept()\nawait websocket.send(websocket.args)"
    served = await serve(a_function(body))

    async with served.connect("/it?x=1&y=a%20b&x=2") as ws:
        assert json.loads(await ws.recv()) == {"x": ["1", "2"], "y": ["a b"]}


async def test_path_args_are_what_the_pattern_captured(serve):
    """Decoded."""
    body = "await websocket.accept()\nawait websocket.send({'path': websocket.path_args})"
    served = await serve(a_function(body, pattern=r"/it/(\d+)/([^/]+)"))

    async with served.connect("/it/3/gr%C3%BCn") as ws:
        assert json.loads(await ws.recv()) == {"path": ["3", "grün"]}


async def test_a_reader_s_connections_share_the_session(serve):
    """The cookie of the first handshake leads the second to the same dict."""
    body = (
        "count = websocket.session['count'] = websocket.session.get('count', 0) + 1\n"
        "await websocket.accept()\n"
        "await websocket.send({'id': websocket.session['id'], 'count': count})"
    )
    served = await serve(a_function(body))

    async with served.connect("/it") as ws:
        first = json.loads(await ws.recv())
        cookie = ws.response.headers["Set-Cookie"].split(";")[0]
    async with served.connect("/it", additional_headers={"Cookie": cookie}) as ws:
        assert json.loads(await ws.recv()) == {"id": first["id"], "count": 2}
    async with served.connect("/it") as ws:
        assert json.loads(await ws.recv())["count"] == 1


async def test_current_user_is_the_session_s(serve):
    """`None` for who has not logged in."""
    body = (
        "await websocket.accept()\n"
        "await websocket.send(repr(websocket.current_user))\n"
        "websocket.session['user'] = {'id': 'ada'}"
    )
    served = await serve(a_function(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "None"
        cookie = ws.response.headers["Set-Cookie"].split(";")[0]
        await closed(ws)
    async with served.connect("/it", additional_headers={"Cookie": cookie}) as ws:
        assert await ws.recv() == "{'id': 'ada'}"


async def test_kwargs_become_keyword_arguments(serve):
    """Those that are not ours, as YAML reads them."""
    body = "await websocket.accept()\nawait websocket.send({'greeting': greeting, 'n': n})"
    kwargs = ["greeting: hi", "n: [1]", "origins: [a.example]", "ping_interval: 9"]
    served = await serve(a_function(body, *kwargs, parameters="websocket, greeting, n=None"))

    async with served.connect("/it") as ws:
        assert json.loads(await ws.recv()) == {"greeting": "hi", "n": [1]}


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        ("websocket=None", []),
        ("websocket=None, request=None", ["request"]),
        ("websocket=None, *, request", ["request"]),
        ("websocket=None, **more", ["request"]),
    ],
)
async def test_request_is_passed_where_there_is_a_parameter_for_it(serve, parameters, given):
    """To a page and to a conversation alike, and to no function that does not take it."""
    body = (
        "known = {**locals(), **locals().get('more', {})}\n"
        "text = repr([n for n in ['request'] if getattr(known.get(n), 'path', '') == '/it'])\n"
        "if websocket is None:\n    return text\n"
        "await websocket.accept()\n"
        "await websocket.send(text)"
    )
    served = await serve(a_page(body, parameters=parameters))

    assert (await served.get("/it")).body.decode() == repr(given)
    async with served.connect("/it") as ws:
        assert await ws.recv() == repr(given)


async def test_a_request_from_yaml_is_the_entry_s_own(serve):
    """What the kwargs say comes first."""
    body = "return request"
    served = await serve(
        a_page(body, "request: from YAML", parameters="websocket=None, request=None")
    )

    assert (await served.get("/it")).body == b"from YAML"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            a_function("pass", "greting: hi", parameters="websocket, greeting"),
            "gramex.yaml:4: error: bot.it(websocket, greeting) does not take what this entry "
            "gives it: missing a required argument: 'greeting'; "
            "change its parameters, or the entry's kwargs",
        ),
        (
            a_function("pass", "greeting: hi"),
            "gramex.yaml:4: error: bot.it(websocket) does not take what this entry gives it: "
            "got an unexpected keyword argument 'greeting'; "
            "change its parameters, or the entry's kwargs",
        ),
        (
            a_function("pass", parameters=""),
            "gramex.yaml:4: error: bot.it() does not take what this entry gives it: "
            "too many positional arguments; change its parameters, or the entry's kwargs",
        ),
        (
            {"gramex.yaml": entry("bot.it"), "bot.py": "def it(websocket): pass"},
            "gramex.yaml:4: error: 'bot.it' is a function that is not async; write 'async def'",
        ),
        (
            {"gramex.yaml": entry("bot.it"), "bot.py": "it = 'talk'"},
            "gramex.yaml:4: error: 'bot.it' is neither a class nor an async function",
        ),
        (
            a_function("yield 'a page'"),
            "gramex.yaml:4: error: 'bot.it' yields a page, but its first parameter has no "
            "default; write 'websocket=None', so that a plain request can call it",
        ),
    ],
)
async def test_a_wrong_function_stops_the_start(serve, files, message):
    """With the line of its name, and the fix."""
    with pytest.raises(SourceErrors) as caught:
        await serve(files)

    assert message in str(caught.value)


# Pages


async def test_a_function_without_a_page_answers_426(serve):
    """A plain request gets a reason, and the function is not called."""
    served = await serve(a_function("events.append('called')"))

    answer = await served.get("/it")

    assert answer.code == 426
    assert "this is a WebSocket" in json.loads(answer.body)["error"]
    assert module_of(served)["events"] == []


HELLO = "<h1>Grüße</h1>"


@pytest.mark.parametrize(
    "body",
    [
        f"return {HELLO!r}",
        f"return {HELLO!r}.encode()",
        "yield '<h1>'\nyield 'Grüße'.encode()\nawait asyncio.sleep(0)\nyield '</h1>'",
    ],
)
async def test_a_hybrid_function_answers_with_a_page(serve, body):
    """With the text or the bytes that it returns, or with all that it yields."""
    served = await serve(a_page(body))

    answer = await served.get("/it")

    assert (answer.code, answer.body.decode()) == (200, HELLO)


async def test_a_page_is_sent_piece_by_piece(serve):
    """What is yielded first arrives while the rest is still being made."""
    served = await serve(a_page("yield 'first'\nawait go.wait()\nyield 'last'"))

    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /it HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"5\r\nfirst\r\n"), 60)
    module_of(served)["go"].set()
    assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 60) == b"4\r\nlast\r\n0\r\n\r\n"
    writer.close()


@pytest.mark.parametrize("act", ["return", "yield"])
async def test_a_page_is_html_that_loads_only_the_site_s_own(serve, act):
    """The headers say so, whichever way it is made."""
    served = await serve(a_page(f"{act} ''"))

    headers = (await served.get("/it")).headers

    assert headers["Content-Type"] == "text/html; charset=UTF-8"
    assert headers["Content-Security-Policy"] == PAGE_POLICY
    assert PAGE_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "require-trusted-types-for 'script'; frame-ancestors 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("more", ["", "\nyield ''"])
async def test_an_http_error_is_the_page_s_answer(serve, more):
    """With its status, and its reason as JSON."""
    served = await serve(a_page(f"raise HTTPError(404, reason='no such room'){more}"))

    answer = await served.get("/it")

    assert (answer.code, json.loads(answer.body)) == (404, {"error": "no such room"})


@pytest.mark.parametrize(
    ("body", "logged"),
    [
        ("raise ValueError('secret')", "ValueError: secret"),
        ("raise ValueError('secret')\nyield ''", "ValueError: secret"),
        ("raise SystemExit", "an author's function called sys.exit()"),
        ("return {'n': 1}", "TypeError: a page is str or bytes, not {'n': 1}"),
        ("pass", "TypeError: a page is str or bytes, not None"),
    ],
)
async def test_a_page_that_can_t_be_made_is_a_500(serve, caplog, body, logged):
    """The reader learns no details; the log has them."""
    served = await serve(a_page(body))

    answer = await served.get("/it")

    assert (answer.code, json.loads(answer.body)) == (500, {"error": "Internal Server Error"})
    assert logged in caplog.text


async def test_a_hybrid_function_talks_and_answers(serve):
    """One address, and a generator may be both as well."""
    body = (
        "if websocket is None:\n    yield 'a page'\n    return\n"
        "async for message in websocket:\n    await websocket.send(message)"
    )
    served = await serve(a_page(body))

    async with served.connect("/it") as ws:
        await ws.send("a")
        assert await ws.recv() == "a"
        assert (await served.get("/it")).body == b"a page"


async def test_a_page_that_is_yielded_into_a_conversation_closes_with_1011(serve, caplog):
    """The log says what to write."""
    served = await serve(a_page("if websocket: await websocket.accept()\nyield 'a page'"))

    async with served.connect("/it") as ws:
        assert await closed(ws) == (1011, "bot.it failed")
    assert "TypeError: a page can't be sent on a WebSocket" in caplog.text


# Who may come in


async def test_on_request_refuses_page_and_handshake_alike(serve):
    """The function is called for neither."""
    files = a_page("events.append('called')\nreturn 'a page'", "on_request: {function: bot.check}")
    files["bot.py"] += (
        "\ndef check(handler):\n"
        "    if 'no' in handler.args: raise HTTPError(400, reason='Say yes')\n"
    )
    served = await serve(files)

    answer = await served.get("/it?no=1")

    assert (answer.code, json.loads(answer.body)) == (400, {"error": "Say yes"})
    assert await refusal(served, "/it?no=1") == (400, {"error": "Say yes"})
    assert module_of(served)["events"] == []
    assert (await served.get("/it")).body == b"a page"


async def test_auth_refuses_page_and_handshake_alike(serve):
    """401, and why, as JSON; the function is called for neither."""
    served = await serve(a_page("events.append('called')\nreturn 'a page'", "auth: true"))

    answer = await served.get("/it")

    assert (answer.code, json.loads(answer.body)) == (401, {"error": "log in to connect"})
    assert await refusal(served) == (401, {"error": "log in to connect"})
    assert module_of(served)["events"] == []


async def test_a_page_of_another_host_is_let_in_unless_origins_are_listed(serve):
    """As for functions of a WebSocketHandler: a stranger, or 403."""
    body = "await websocket.accept()"
    served = await serve(a_function(body))
    async with served.connect("/it", origin="http://evil.example") as ws:
        assert "Set-Cookie" not in ws.response.headers

    served = await serve(a_function(body, "origins: [good.example]"))
    assert (await refusal(served, origin="http://evil.example"))[0] == 403


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


async def test_a_head_request_gets_the_page_s_head(serve):
    """As GET, but for the page (RFC 9110, section 9.3.2); a POST gets 405."""
    served = await serve(a_page("return 'a page'"))

    answer = await served.get("/it", method="HEAD")

    assert (answer.code, answer.body) == (200, b"")
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    assert (await served.get("/it", method="POST", body=b"")).code == 405
