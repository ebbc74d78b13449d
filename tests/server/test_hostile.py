"""Clients that leave at the wrong moment, and functions that don't behave: nothing stays behind."""

from __future__ import annotations

import asyncio
import signal
import socket
import struct
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from liveguide.errors import SourceErrors
from liveguide.server.endpoints import coroutines
from tests.waiting import until

from .conftest import handshake

ROOT = Path(__file__).resolve().parents[2]
HANDSHAKE = (
    "GET {} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def entries(bot: str, *names: str, **kwargs: str) -> dict[str, str]:
    """Return a guide whose module `bot` has a class or a function for each of the names."""
    lines = ["url:"]
    for name in names:
        lines += [f"  {name}:", f"    pattern: /{name.lower()}", f"    handler: bot.{name}"]
        lines += [f"    kwargs: {kwargs[name]}"] if name in kwargs else []
    head = "import asyncio\nfrom tornado.websocket import WebSocketHandler\n"
    return {"gramex.yaml": "\n".join(lines), "bot.py": head + bot}


async def leave_at_once(port: int, path: str) -> None:
    """Ask for a WebSocket, and reset the connection before anything comes back."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.write(HANDSHAKE.format(path).encode())
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_a_class_is_asked_by_get_alone(serve, method):
    """What else it answers would go round `auth` and `origins`."""
    bot = "class Open(WebSocketHandler):\n    def post(self): self.write('posted')\n"
    bot += "    put = delete = head = options = post\n"
    served = await serve(entries(bot, "Open", Open="{auth: true, origins: [example.org]}"))

    body = b"" if method in ("POST", "PUT") else None
    response = await served.get("/open", method=method, body=body)

    assert response.code == 405
    assert response.headers["Allow"] == "GET"


CLASS = """\
class Slow(WebSocketHandler):
    async def get(self, *args):
        await asyncio.sleep(0.1)
        await super().get(*args)
"""
ECHO = "async def echo(websocket):\n    async for message in websocket:\n        pass\n"


@pytest.mark.parametrize(("bot", "name"), [(ECHO, "echo"), (CLASS, "Slow")])
async def test_a_client_that_leaves_during_the_handshake_leaves_nothing(serve, bot, name):
    """However soon it goes, its connection is not held."""
    served = await serve(entries(bot, name))

    for _ in range(20):
        await leave_at_once(served.port, f"/{name.lower()}")
    async with served.connect(f"/{name.lower()}") as ws:
        await ws.close()

    await until(lambda: len(served.app.connections) == 0)
    await asyncio.sleep(0.3)  # a slow one might open only now
    assert len(served.app.connections) == 0


@pytest.mark.parametrize(
    "function",
    [
        "async def never(websocket):\n    await asyncio.sleep(3600)\n",
        "async def never(websocket):\n    await websocket.close()\n    await asyncio.sleep(3600)\n",
        "async def never(websocket=None):\n    await asyncio.sleep(3600)\n",
        "async def never(websocket=None):\n    yield 'a'\n    await asyncio.sleep(3600)\n",
    ],
)
async def test_a_function_whose_client_has_left_is_cancelled(serve, monkeypatch, function):
    """Before it has accepted, and while it makes a page."""
    monkeypatch.setattr(coroutines, "GRACE", 0.05)
    served = await serve(entries(function, "never"))
    before = asyncio.all_tasks()

    for path in (HANDSHAKE.format("/never"), "GET /never HTTP/1.1\r\nHost: x\r\n\r\n"):
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(path.encode())
        await writer.drain()
        await until(lambda: asyncio.all_tasks() - before)
        writer.close()

    await until(lambda: not asyncio.all_tasks() - before)

    assert list(served.app.connections) == []


async def test_an_on_request_whose_client_has_left_is_cancelled(serve):
    """What is asked before the handshake is asked for nobody."""
    gramex = (
        "url:\n  a:\n    pattern: /a\n    handler: WebSocketHandler\n"
        "    kwargs: {on_request: {function: asyncio.sleep(3600)}}"
    )
    served = await serve({"gramex.yaml": gramex})
    before = asyncio.all_tasks()

    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(HANDSHAKE.format("/a").encode())
    await until(lambda: len(asyncio.all_tasks() - before) > 1)
    writer.close()

    assert await until(lambda: not asyncio.all_tasks() - before)


async def test_a_function_that_does_not_take_no_holds_up_nobody(serve, monkeypatch):
    """One that receives for ever, whatever that raises, is cancelled, and others are served."""
    monkeypatch.setattr(coroutines, "GRACE", 0.2)
    bot = (
        "async def hot(websocket):\n    await websocket.accept()\n    while True:\n        try:\n"
        "            await websocket.send(await websocket.receive())\n"
        "        except Exception:\n            continue\n"
    )
    served = await serve(entries(bot, "hot"))
    before = asyncio.all_tasks()

    async with served.connect("/hot") as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"

    assert (await served.get("/")).code == 200
    await until(lambda: not asyncio.all_tasks() - before)


@pytest.mark.parametrize(
    "end",
    [
        "t = asyncio.create_task(asyncio.sleep(9)); t.cancel(); await t",
        "raise asyncio.CancelledError",
        "raise GeneratorExit",
        "asyncio.current_task().cancel(); await asyncio.sleep(9)",
    ],
)
async def test_however_a_function_ends_its_connection_does(serve, end):
    """A cancelled child, and what is no Exception, close with 1011 too."""
    served = await serve(
        entries(f"async def odd(websocket):\n    await websocket.accept()\n    {end}\n", "odd")
    )

    async with served.connect("/odd") as ws:
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(ws.recv(), 60)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1011


async def test_an_open_that_cancels_itself_leaves_nothing(serve):
    """Tornado aborts such a connection without a word to it."""
    bot = (
        "class Odd(WebSocketHandler):\n    async def open(self):\n"
        "        asyncio.current_task().cancel()\n        await asyncio.sleep(9)\n"
    )
    served = await serve(entries(bot, "Odd"))

    reader, writer = await handshake(served.port, "/odd")
    said = await asyncio.wait_for(reader.read(), 60)
    writer.close()

    await until(lambda: len(served.app.connections) == 0)
    assert said == b""


async def test_a_group_of_tasks_ends_quietly_when_its_client_leaves(serve, caplog):
    """That the client has gone is no error, in a group of errors either."""
    bot = (
        "done = asyncio.Event()\n"
        "async def group(websocket):\n    await websocket.accept()\n    try:\n"
        "        async with asyncio.TaskGroup() as tasks:\n"
        "            tasks.create_task(websocket.receive())\n"
        "    finally:\n        done.set()\n"
    )
    served = await serve(entries(bot, "group"))
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]

    async with served.connect("/group"):
        pass

    await asyncio.wait_for(endpoint.arguments["function"].__globals__["done"].wait(), 60)
    await until(lambda: len(served.app.connections) == 0)
    assert caplog.text == ""


async def test_a_client_that_leaves_during_a_page_leaves_no_traceback(serve, caplog):
    """It is an everyday thing."""
    bot = (
        "done = asyncio.Event()\n"
        "async def long(websocket=None):\n    try:\n        while True:\n"
        "            yield 'x' * 100_000\n            await asyncio.sleep(0)\n"
        "    finally:\n        done.set()\n"
    )
    served = await serve(entries(bot, "long"))
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]

    (await served.open("/long")).close()

    await asyncio.wait_for(endpoint.arguments["function"].__globals__["done"].wait(), 60)
    assert "Traceback" not in caplog.text


async def test_a_page_that_fails_half_way_does_not_look_whole(serve, caplog):
    """The connection is cut, without the chunk that ends a page (RFC 9112, section 8)."""
    bot = "async def half(websocket=None):\n    yield 'one half'\n    raise ValueError('oh')\n"
    served = await serve(entries(bot, "half"))

    answer = await served.raw(b"GET /half HTTP/1.1\r\nHost: x\r\n\r\n")

    assert b"one half" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    assert "ValueError: oh" in caplog.text


async def test_an_author_s_class_may_have_any_name(serve):
    """Nor do its private names clash with ours."""
    bot = "class Connection(WebSocketHandler):\n    def open(self):\n"
    for name in ("opened", "ended", "gone", "told", "shared", "traced", "endpoint", "run", "end"):
        bot += f"        self.__{name} = None\n"
    bot += "        self.write_message('fine')\n"
    served = await serve(entries(bot, "Connection"))

    async with served.connect("/connection") as ws:
        assert await ws.recv() == "fine"
    await until(lambda: len(served.app.connections) == 0)


@pytest.mark.parametrize("name", ["get_current_user", "check_origin", "initialize"])
async def test_a_method_that_must_answer_at_once_is_not_async(serve, name):
    """A coroutine is true: it would let in everybody."""
    bot = f"class Late(WebSocketHandler):\n    async def {name}(self, *args): return False\n"

    with pytest.raises(SourceErrors, match=f"bot.Late.{name} is async, but must answer at once"):
        await serve(entries(bot, "Late"))


async def test_a_class_that_can_t_be_used_is_a_fault_of_its_entry(serve):
    """Whatever an author's metaclass does, the start says where."""
    bot = (
        "class Proud(WebSocketHandler):\n    def __init_subclass__(cls):\n"
        "        raise TypeError('no heirs')\n"
    )

    with pytest.raises(SourceErrors, match=r"'bot\.Proud' can't be used: TypeError"):
        await serve(entries(bot, "Proud"))


async def test_a_ping_that_the_author_s_class_fails_at_closes_with_1011(serve):
    """As any other method."""
    bot = "class Ill(WebSocketHandler):\n    def on_ping(self, data): 1 / 0\n"
    served = await serve(entries(bot, "Ill"))

    async with served.connect("/ill") as ws:
        await ws.ping()
        with pytest.raises(ConnectionClosed) as caught:
            await ws.recv()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1011, "Ill.on_ping failed")


@pytest.mark.long
async def test_a_function_that_can_t_be_cancelled_does_not_keep_the_process(tmp_path):
    """SIGTERM ends the server with status 0 within seconds, and the log says what went on."""
    bot = (
        "async def stubborn(websocket):\n    await websocket.accept()\n    while True:\n"
        "        try:\n            await asyncio.sleep(3600)\n"
        "        except asyncio.CancelledError:\n            pass\n"
    )
    guide, site = tmp_path / "guide", tmp_path / "site"
    guide.mkdir()
    site.mkdir()
    (site / ".liveguide.json").write_text("{}")
    for name, content in entries(bot, "stubborn").items():
        (guide / name).write_text(content)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / "site_server.py", guide, "--site", site),
        *("--port", "0", "--no-build"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    _, writer = await handshake(int(line.rstrip("/\n").rpartition(":")[2]), "/stubborn")

    process.send_signal(signal.SIGTERM)
    _, log = await asyncio.wait_for(process.communicate(), 60)

    writer.close()
    assert process.returncode == 0
    assert b"go on, though they were cancelled" in log
