"""One connection, over real sockets: its callbacks, its session, its end."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import socket
import struct
import weakref
from typing import Any

import pytest
from tornado.websocket import WebSocketClosedError, websocket_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from liveguide.server.calls import AuthorsCalls
from liveguide.server.sessions.sessions import Sessions

from .conftest import ECHO, Served, asks_for_socket, routes

FUNCTIONS = "open: {function: bot.open}\non_message: {function: bot.on_message}"
ALL = FUNCTIONS + "\non_close: {function: bot.on_close}"

BOT = """\
import asyncio

events = []
closed = asyncio.Event()
handlers = []

def open(handler):
    handlers.append(handler)
    events.append('open')

def on_message(handler, message):
    events.append(message)
    handler.write_message(f'Got {message}')

def on_close(handler):
    events.append('close')
    closed.set()
"""


def bot_of(served: Served) -> Any:
    """Return the author's module, as the first endpoint loaded it."""
    rule = served.app.endpoint_rules[0]
    return inspect_globals(rule.target_kwargs["endpoint"].callbacks["open"].function)


def inspect_globals(function: Any) -> Any:
    """Return a view of the module that a function was defined in."""

    class Module:
        def __getattr__(self, name: str) -> Any:
            return function.__globals__[name]

    return Module()


async def test_the_author_s_functions_make_a_conversation(serve):
    """open, on_message and on_close are called in order, with handler and message."""
    served = await serve({"gramex.yaml": routes(bot=ALL), "bot.py": BOT})
    bot = bot_of(served)

    async with served.connect("/bot") as ws:
        await ws.send("one")
        await ws.send("two")
        assert [await ws.recv(), await ws.recv()] == ["Got one", "Got two"]
    await bot.closed.wait()

    assert bot.events == ["open", "one", "two", "close"]
    assert len(served.app.connections) == 0


async def test_expressions_and_tornado_s_client_work_as_well(serve):
    """An endpoint of one expression echoes, text and binary."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    client = await websocket_connect(f"ws://127.0.0.1:{served.port}/echo")
    await client.write_message("grüße")
    assert await client.read_message() == "grüße"
    client.close()
    assert await client.read_message() is None


async def test_a_socket_that_is_answered_at_once_is_watched_once(serve, monkeypatch):
    """By whoever reads messages from it, and not before that for the client's leave."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    loop, watched = asyncio.get_running_loop(), []
    add_reader = loop.add_reader
    monkeypatch.setattr(
        loop, "add_reader", lambda *which: (watched.append(which[0]), add_reader(*which))
    )

    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.sendall(asks_for_socket("/echo"))  # it is there when the connection is accepted
        client.setblocking(False)
        answer = await asyncio.wait_for(loop.sock_recv(client, 1000), 10)

    assert b" 101 " in answer
    assert len(watched) == 1


async def test_on_message_waits_for_an_async_open_and_on_close_for_both(serve):
    """Messages that arrive early are held back, and the end is told last and once."""
    bot = """\
import asyncio
events, go, closed = [], asyncio.Event(), asyncio.Event()

async def open(handler):
    events.append('open begins')
    await go.wait()
    events.append('open ends')

async def on_message(handler, message):
    events.append(message + ' begins')
    await asyncio.sleep(0)
    events.append(message + ' ends')

async def on_close(handler):
    await asyncio.sleep(0)
    events.append('close')
    closed.set()
"""
    served = await serve({"gramex.yaml": routes(bot=ALL), "bot.py": bot})
    bot = bot_of(served)

    async with served.connect("/bot", close_timeout=0.1) as ws:
        await ws.send("a")
        await ws.send("b")
        closing = asyncio.ensure_future(ws.close())
        await asyncio.sleep(0)
        bot.go.set()
        await closing
    await bot.closed.wait()
    await served.app.connections.ended()

    assert bot.events == [
        "open begins",
        "open ends",
        "a begins",
        "a ends",
        "b begins",
        "b ends",
        "close",
    ]


FAILING = """\
import asyncio
events, closed = [], asyncio.Event()

def open(handler):
    if handler.get_argument('fail', '') == 'open':
        raise ValueError('secret detail')

async def open_later(handler):
    await asyncio.sleep(0)
    raise ValueError('secret detail')

def on_message(handler, message):
    events.append(message)
    if message == 'exit':
        raise SystemExit
    if message == 'fail':
        raise ValueError('secret detail')
    handler.write_message(message)

async def on_message_later(handler, message):
    await asyncio.sleep(0)
    if message == 'cancel':
        asyncio.get_running_loop().create_future().cancel()
        raise asyncio.CancelledError
    on_message(handler, message)

def on_message_done(handler, message):
    done = asyncio.get_running_loop().create_future()
    if message == 'fail':
        done.set_exception(ValueError('secret detail'))
    else:
        handler.write_message(message)
        done.set_result(None)
    return done

def on_close(handler):
    events.append('close')
    closed.set()
"""


@pytest.mark.parametrize(
    ("path", "message", "label"),
    [
        ("/bot?fail=open", None, "bot.open"),
        ("/slow", None, "bot.open_later"),
        ("/bot", "fail", "bot.on_message"),
        ("/bot", "exit", "bot.on_message"),
        ("/later", "fail", "bot.on_message_later"),
        ("/later", "cancel", "bot.on_message_later"),
        ("/expression", "fail", "on_message"),
        ("/future", "fail", "bot.on_message_done"),
    ],
)
async def test_an_error_of_the_author_s_closes_that_connection_with_1011(
    serve, caplog, path, message, label
):
    """The log has the traceback, the client a reason without internals, the others no trouble."""
    served = await serve(
        {
            "gramex.yaml": routes(
                bot=ALL,
                slow="open: {function: bot.open_later}\non_close: {function: bot.on_close}",
                later="open: {function: bot.open}\n"
                "on_message: {function: bot.on_message_later}\n"
                "on_close: {function: bot.on_close}",
                future="on_message: {function: bot.on_message_done}\n"
                "on_close: {function: bot.on_close}",
                expression="on_message:\n  function: bot.on_message(handler, message)\n"
                "on_close: {function: bot.on_close}",
            ),
            "bot.py": FAILING,
        }
    )
    bot = bot_of(served)

    async with served.connect("/bot") as other, served.connect(path) as ws:
        if message:
            await ws.send(message)
            await ws.send("too late")
        with pytest.raises(ConnectionClosed):
            await ws.recv()
        await bot.closed.wait()
        await other.send("still here")
        assert await other.recv() == "still here"

    assert (ws.close_code, ws.close_reason) == (1011, f"{label} failed")
    assert "too late" not in bot.events
    assert bot.events.count("close") >= 1
    records = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert len(records) == 1
    assert records[0].getMessage().startswith(f"{label} failed (")
    assert "gramex.yaml:" in records[0].getMessage()
    assert records[0].exc_info is not None


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_an_error_in_on_close_is_logged(serve, caplog, kind):
    """Nobody is left to tell, but the log has it."""
    bot = f"def open(handler): pass\n{kind} on_close(handler):\n    raise ValueError('oops')\n"
    kwargs = "open: {function: bot.open}\non_close: {function: bot.on_close}"
    served = await serve({"gramex.yaml": routes(bot=kwargs), "bot.py": bot})

    async with served.connect("/bot"):
        pass
    await served.app.connections.ended()

    assert "bot.on_close failed" in caplog.text
    assert "ValueError: oops" in caplog.text


async def test_a_broadcast_does_not_fail_for_a_receiver_who_leaves(serve, caplog):
    """What others write to it is dropped, before its on_close and after."""
    served = await serve({"gramex.yaml": routes(bot=ALL), "bot.py": BOT})
    bot = bot_of(served)

    async with served.connect("/bot"):
        (handler,) = bot.handlers
        handler.close(1000)
        await handler.write_message("to nobody")
    await bot.closed.wait()

    await handler.write_message("after on_close")
    assert caplog.records == []


async def test_what_works_for_a_reader_learns_that_the_reader_has_left(serve):
    """A task that the connection's own callback started gets `WebSocketClosedError`, and ends."""
    kwargs = "open: {function: bot.open}\non_close: {function: bot.on_close}"
    bot = """
import asyncio

async def speak(handler):
    await handler.left.wait()
    handler.write_message('to nobody')

def open(handler):
    global task
    handler.left = asyncio.Event()
    task = asyncio.ensure_future(speak(handler))

def on_close(handler):
    handler.left.set()
"""
    served = await serve({"gramex.yaml": routes(bot=kwargs), "bot.py": bot})

    async with served.connect("/bot"):
        task = bot_of(served).task

    with pytest.raises(WebSocketClosedError):
        await task


async def test_messages_to_a_reader_who_vanished_leave_no_traceback(serve, caplog):
    """A dead receiver's unawaited results are quiet, and an awaited one is no author's error."""
    kwargs = ALL.replace("bot.on_message", "bot.flood") + "\nmax_queue_bytes: 67108864"
    bot = BOT + "\nasync def flood(handler, message):\n" + (
        "    for _ in range(100):\n"
        "        handler.write_message('x' * 60000)\n"
        "    await handler.write_message('x' * 60000)\n"
    )  # fmt: skip
    served = await serve({"gramex.yaml": routes(bot=kwargs), "bot.py": bot})
    bot = bot_of(served)

    ws = await served.connect("/bot", max_queue=1)
    await ws.send("go")
    await ws.recv()
    ws.transport.abort()
    await bot.closed.wait()
    await served.app.connections.ended()
    gc.collect()

    assert bot.events == ["open", "close"]
    assert caplog.records == []


async def test_a_socket_cut_without_a_close_is_told_to_the_author(serve):
    """on_close is called for a connection that just ends."""
    served = await serve({"gramex.yaml": routes(bot=ALL), "bot.py": BOT})
    bot = bot_of(served)

    ws = await served.connect("/bot")
    ws.transport.abort()
    await bot.closed.wait()
    await ws.wait_closed()

    assert bot.events == ["open", "close"]


async def test_a_message_over_64_kib_closes_with_1009(serve):
    """The default limit holds, and a message of exactly its size passes."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with served.connect("/echo") as ws:
        await ws.send("x" * 65536)
        assert len(await ws.recv()) == 65536
        # Only the header of a larger frame: the server does not wait for the rest.
        ws.transport.write(b"\x81\xff" + struct.pack("!Q", 65537) + b"mask")
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert ws.close_code == 1009


async def test_what_the_pattern_captures_is_in_path_args(serve):
    """Groups of the pattern reach the author through Tornado's handler."""
    entry = routes(room="open:\n  function: handler.write_message(handler.path_args[0])")
    served = await serve({"gramex.yaml": entry.replace("/room", r"/room/(\w+)")})

    async with served.connect("/room/green") as ws:
        assert await ws.recv() == "green"


SESSION = "open:\n  function: handler.write_message(dict(handler.session))"
SEEN = "open:\n  function: handler.session.update(seen=True)"


async def session_of(served: Served, path: str, **options: Any) -> tuple[dict[str, Any], str]:
    """Return the session that an endpoint reports, and the cookie that the handshake set."""
    async with served.connect(path, **options) as ws:
        return json.loads(await ws.recv()), ws.response.headers.get("Set-Cookie", "")


async def test_the_handshake_sets_a_session_s_cookie(serve):
    """The cookie is HttpOnly, SameSite=Lax, for the whole host, and leads back."""
    served = await serve({"gramex.yaml": routes(me=SESSION, seen=SEEN)})

    first, cookie = await session_of(served, "/me")
    value, *attributes = cookie.split("; ")
    assert value.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} < set(attributes)
    assert "Secure" not in attributes

    headers = {"Cookie": value}
    async with served.connect("/seen", additional_headers=headers):
        pass
    second, again = await session_of(served, "/me", additional_headers=headers)
    assert second == {"id": first["id"], "seen": True}
    assert again == ""


async def test_behind_tls_the_cookie_is_secure(serve):
    """A trusted proxy that says https gets the __Host- cookie."""
    served = await serve({"gramex.yaml": routes(me=SESSION)}, trusted_proxies=["127.0.0.1"])

    _, cookie = await session_of(served, "/me", additional_headers={"X-Scheme": "https"})

    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} < set(cookie.split("; "))


async def test_a_foreign_page_connects_without_its_reader_s_session(serve):
    """With no origins given, another site's page is let in, but as nobody."""
    session = "dict(handler.session, cookies=len(handler.cookies))"
    entry = routes(me=f"open:\n  function: handler.write_message({session})")
    served = await serve({"gramex.yaml": entry})
    first, cookie = await session_of(served, "/me")
    headers = {"Cookie": cookie.split(";")[0]}

    for origin in ["http://evil.example", "null", f"http://127.0.0.1:{served.port + 1}"]:
        foreign, new = await session_of(served, "/me", origin=origin, additional_headers=headers)
        assert foreign["id"] != first["id"]
        assert foreign["cookies"] == 0
        assert new == ""

    own = await session_of(served, "/me", origin=served.url, additional_headers=headers)
    assert own[0]["id"] == first["id"]


async def test_an_origin_that_is_not_listed_is_refused(serve, caplog):
    """403 before the upgrade, a JSON body that says why, and one line in the log."""
    served = await serve({"gramex.yaml": routes(echo=ECHO + "\norigins: [gramener.com]")})

    for origin, sec_fetch_site in [("http://evilgramener.com", ""), ("null", "same-origin")]:
        caplog.clear()
        with pytest.raises(InvalidStatus) as caught:
            async with served.connect(
                "/echo",
                origin=origin,
                additional_headers={"Sec-Fetch-Site": sec_fetch_site} if sec_fetch_site else {},
            ):
                pass

        response = caught.value.response
        reason = f"the origin {origin!r} may not connect to {served.url}"
        assert response.status_code == 403
        assert json.loads(response.body) == {"error": reason}
        assert "Set-Cookie" not in response.headers
        assert [r.getMessage() for r in caplog.records] == [
            f"refused 403 origin '/echo' from 127.0.0.1: {reason}"
        ]

    async with served.connect("/echo", origin="https://gramener.com") as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"


async def test_auth_asks_for_a_user(serve):
    """Without a user 401, from a foreign page 403, and with a user the socket opens."""
    served = await serve({"gramex.yaml": routes(echo=ECHO + "\nauth: true")})
    sessions: Sessions = served.app.endpoint_rules[0].target_kwargs["shared"].sessions
    session, cookie = sessions.open("session", None)
    headers = {"Cookie": f'session="{cookie}"'}

    for options, status in [
        ({}, 401),
        ({"additional_headers": headers}, 401),
        ({"additional_headers": headers, "origin": "http://evil.example"}, 403),
    ]:
        with pytest.raises(InvalidStatus) as caught:
            await served.connect("/echo", **options)
        assert caught.value.response.status_code == status
        assert "error" in json.loads(caught.value.response.body)

    session["user"] = {"id": "ada"}
    async with served.connect("/echo", origin=served.url, additional_headers=headers) as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"
    with pytest.raises(InvalidStatus):
        await served.connect("/echo", origin="null", additional_headers=headers)


async def test_a_plain_request_to_an_endpoint_is_answered_without_a_session(serve):
    """Only a handshake gets a cookie; what is none is a 426 or 405."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    for method, status in [("GET", 426), ("HEAD", 405), ("POST", 405)]:
        body = b"" if method == "POST" else None
        response = await served.get("/echo", method=method, body=body)
        assert response.code == status
        assert "Set-Cookie" not in response.headers


async def test_two_connections_of_one_module_are_two_handlers(serve):
    """State kept on the handler belongs to one connection."""
    bot = "def open(handler): handler.n = 0\ndef on_message(handler, message):\n"
    bot += "    handler.n += 1\n    handler.write_message(str(handler.n))\n"
    served = await serve({"gramex.yaml": routes(bot=FUNCTIONS), "bot.py": bot})

    async with served.connect("/bot") as one, served.connect("/bot") as two:
        for ws, expected in [(one, "1"), (one, "2"), (two, "1"), (one, "3")]:
            await ws.send("x")
            assert await ws.recv() == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://["}, 403),
        ({"Origin": "\xff"}, 101),
        ({"Origin": "http://x:99999"}, 101),
        ({"Cookie": "\xff=;;session=2|1:0|"}, 101),
        ({"Sec-WebSocket-Version": "8"}, 426),
        ({"Sec-WebSocket-Key": ""}, 400),
        ({"Connection": "close"}, 400),
    ],
)
async def test_an_odd_handshake_is_answered_without_a_traceback(serve, caplog, headers, status):
    """Whatever a client sends, the answer is a status and at most one line in the log."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    handshake = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in handshake.items())

    answer = await served.head(f"GET /echo HTTP/1.1\r\nHost: x\r\n{lines}\r\n")

    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert [r.levelname for r in caplog.records] == ([] if status == 101 else ["WARNING"])


async def test_a_connection_that_has_ended_is_gone_at_once(serve):
    """Nothing of it holds itself: memory does not wait for somebody to look for garbage."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    gc.collect()
    gc.disable()
    try:
        async with served.connect("/echo") as ws:
            await ws.send("hello")
            await ws.recv()
            left = [weakref.ref(handler) for handler in served.app.connections]
        await served.app.connections.ended()
        await asyncio.sleep(0)  # its task ends in the very next turn

        assert [reference() for reference in left] == [None]
    finally:
        gc.enable()


async def test_messages_come_in_the_context_of_their_connection(serve, monkeypatch):
    """Also where the server had to wait for the handshake: nothing has to be set for each call."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})
    set_anew = []
    speaking = AuthorsCalls._AuthorsCalls__speaking
    monkeypatch.setattr(
        AuthorsCalls, "_AuthorsCalls__speaking", lambda it: set_anew.append(it) or speaking(it)
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"GET /echo HTTP/1.1\r\nHost: x\r\n")
    await served.get("/")  # meanwhile the beginning is read

    writer.write(
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x82\0\0\0\0hi")

    assert await reader.readexactly(4) == b"\x81\x02hi"
    assert set_anew == []
    writer.close()
    await writer.wait_closed()


async def test_a_handshake_is_answered_without_a_length(serve):
    """Whatever an author's function has set: no body follows (RFC 9110, section 8.6)."""
    bot = (
        "def ask(handler):\n"
        "    handler.set_header('Content-Length', '5')\n"
        "    handler.set_header('Transfer-Encoding', 'chunked')\n"
        "    handler.set_header('X-Room', 'one')\n"
    )
    guide = {"gramex.yaml": routes(room="on_request: {function: bot.ask}"), "bot.py": bot}
    served = await serve(guide)

    async with served.connect("/room") as ws:
        assert ws.response is not None
        assert ws.response.headers["X-Room"] == "one"
        assert "Content-Length" not in ws.response.headers
        assert "Transfer-Encoding" not in ws.response.headers
