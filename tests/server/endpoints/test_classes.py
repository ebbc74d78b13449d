"""Endpoints as classes: an author's WebSocketHandler works as Tornado's reference says."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from .classes import a_class, entry, module_of

GUIDE = Path(__file__).resolve().parents[3] / "guide"


async def test_a_class_echoes(serve):
    """The example of Tornado's reference, as our page shows it."""
    files = {"gramex.yaml": entry("echo.EchoWebSocket")}
    served = await serve({**files, "echo.py": (GUIDE / "tornado/echo.py").read_bytes()})

    async with served.connect("/it") as ws:
        await ws.send("Hello, world")
        assert await ws.recv() == "You said: Hello, world"


async def test_open_gets_what_the_pattern_captured(serve):
    """Groups become arguments, decoded; named ones keyword arguments."""
    body = "def open(self, *args, **kwargs): self.write_message({'args': args, **kwargs})"
    served = await serve(a_class(body, pattern=r"/it/(\d+)/([^/]+)"))
    async with served.connect("/it/3/gr%C3%BCn") as ws:
        assert json.loads(await ws.recv()) == {"args": ["3", "grün"]}

    served = await serve(a_class(body, pattern=r"/it/(?P<room>\w+)"))
    async with served.connect("/it/blue") as ws:
        assert json.loads(await ws.recv()) == {"args": [], "room": "blue"}


async def test_initialize_gets_the_kwargs_that_are_not_ours(serve):
    """Texts, lists and mappings as YAML reads them; `origins` and limits are taken off."""
    body = (
        "def initialize(self, **kwargs): self.kwargs = kwargs\n"
        "def open(self): self.write_message(self.kwargs)"
    )
    served = await serve(
        a_class(body, "greeting: hi", "more: {n: [1]}", "origins: [a.example]", "ping_interval: 9")
    )

    async with served.connect("/it") as ws:
        assert json.loads(await ws.recv()) == {"greeting": "hi", "more": {"n": [1]}}


async def test_on_message_gets_text_and_bytes(serve):
    """A `str` or `bytes`, by the kind of the message."""
    served = await serve(a_class("def on_message(self, m): self.write_message(repr(m))"))

    async with served.connect("/it") as ws:
        await ws.send("grün")
        await ws.send(b"\x00\xff")
        assert [await ws.recv(), await ws.recv()] == ["'grün'", r"b'\x00\xff'"]


async def test_on_message_may_be_async(serve):
    """The next message waits for the end of the one before, and of an async `open`."""
    body = (
        "async def open(self):\n"
        "    await asyncio.sleep(0)\n"
        "    self.write_message('open')\n"
        "async def on_message(self, message):\n"
        "    self.write_message(message + ' begins')\n"
        "    await asyncio.sleep(0)\n"
        "    self.write_message(message + ' ends')"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        await ws.send("a")
        await ws.send("b")
        heard = [await ws.recv() for _ in range(5)]
    assert heard == ["open", "a begins", "a ends", "b begins", "b ends"]


async def test_a_missing_on_message_closes_with_1011(serve, caplog):
    """The log names the class and the method, as for any error."""
    served = await serve(a_class(""))

    async with served.connect("/it") as ws:
        await ws.send("anybody there?")
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert (ws.close_code, ws.close_reason) == (1011, "It.on_message failed")
    assert "It.on_message failed (" in caplog.text
    assert "NotImplementedError" in caplog.text


@pytest.mark.parametrize(
    ("code", "reason", "seen"),
    [(4000, "tea", (4000, "tea")), (1000, "", (1000, None))],
)
async def test_on_close_knows_the_code_and_the_reason(serve, code, reason, seen):
    """As the client gave them."""
    body = "def on_close(self):\n    events.append((self.close_code, self.close_reason))\n"
    served = await serve(a_class(body + "    closed.set()"))
    module = module_of(served)

    async with served.connect("/it") as ws:
        await ws.close(code, reason)
    await module["closed"].wait()

    assert module["events"] == [seen]


async def test_a_dict_is_sent_as_json(serve):
    """As a text message."""
    served = await serve(a_class("def open(self): self.write_message({'n': [1, None]})"))

    async with served.connect("/it") as ws:
        assert await ws.recv() == '{"n": [1, null]}'


async def test_bytes_are_sent_as_they_are(serve):
    """As a binary message, with `binary=True`."""
    body = "def open(self): self.write_message(bytes([0, 127, 255]), binary=True)"
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == b"\x00\x7f\xff"


@pytest.mark.parametrize("act", ["self.write_message('late')", "self.ping(b'late')"])
async def test_writing_after_the_close_raises(serve, act):
    """`WebSocketClosedError`, whichever side has closed."""
    late = (
        f"    try:\n        {act}\n"
        "    except WebSocketClosedError as error:\n        events.append(type(error).__name__)\n"
    )
    body = (
        f"def on_message(self, message):\n    self.close()\n{late}"
        f"def on_close(self):\n{late}    closed.set()"
    )
    served = await serve(a_class(body))
    module = module_of(served)

    async with served.connect("/it") as ws:
        await ws.send("go")
        await module["closed"].wait()

    assert module["events"] == ["WebSocketClosedError"] * 2


async def test_the_client_sees_the_code_and_the_reason(serve):
    """Of `close(code, reason)`."""
    served = await serve(a_class("def on_message(self, m): self.close(4001, 'not ' + m)"))

    async with served.connect("/it") as ws:
        await ws.send("xyzzy")
        with pytest.raises(ConnectionClosed):
            await ws.recv()

    assert (ws.close_code, ws.close_reason) == (4001, "not xyzzy")


async def test_on_pong_gets_what_the_ping_carried(serve):
    """As bytes."""
    body = (
        "def open(self): self.ping('now')\n"
        "def on_pong(self, data): self.write_message(repr(data))"
    )  # fmt: skip
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "b'now'"


async def test_a_class_may_begin_its_answers_with_headers_of_its_own(serve):
    """By `clear`, which Tornado calls before each answer, and by which it sets the status."""
    body = (
        "def clear(self):\n"
        "    super().clear()\n"
        "    self.set_header('X-Mine', 'yes')\n"
        "def open(self): pass"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert ws.response.headers["X-Mine"] == "yes"


async def test_a_class_hears_of_each_status_that_is_set(serve):
    """Not before it was initialised."""
    body = (
        "def initialize(self): self.heard = []\n"
        "def set_status(self, status, reason=None):\n"
        "    self.heard.append(status)\n"
        "    super().set_status(status, reason)\n"
        "def open(self): self.write_message(str(self.heard))"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "[101]"


async def test_small_messages_are_sent_at_once_by_default(serve):
    """TCP_NODELAY is on, though nobody has asked for it."""
    body = (
        "def open(self):\n"
        "    sock = self.ws_connection.stream.socket\n"
        f"    option = sock.getsockopt({socket.IPPROTO_TCP}, {socket.TCP_NODELAY})\n"
        "    self.write_message(str(bool(option)))"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "True"


async def test_set_nodelay_sets_the_socket_s_option(serve):
    """TCP_NODELAY, on the connection itself."""
    body = (
        "def open(self):\n"
        "    handlers.append(self.ws_connection.stream.socket)\n"
        "    self.set_nodelay(False)\n"
        "    self.write_message('off')\n"
        "def on_message(self, message):\n"
        "    self.set_nodelay(True)\n"
        "    self.write_message('on')"
    )
    served = await serve(a_class(body))

    def nodelay() -> bool:
        (sock,) = module_of(served)["handlers"]
        return bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "off"
        assert not nodelay()
        await ws.send("go")
        assert await ws.recv() == "on"
        assert nodelay()


async def test_no_name_of_an_author_s_class_is_taken(serve):
    """What is ours has names that no class of an author's would have."""
    names = ["refuse", "_call", "_trace", "_fail", "_endpoint", "_shared", "_traced", "_run"]
    names += ["_end", "_refuse", "_decision", "_ended", "_opened", "_gone", "_closing", "endpoint"]
    names += ["shared", "traced", "limits", "route", "callbacks", "_callbacks", "_is_open"]
    private = ["__run", "__wait", "__end", "__endpoint", "__shared", "__judge_origin"]
    body = "".join(f"def {name}(self): return '{name}'\n" for name in [*names, *private])
    calls = ", ".join(f"self.{name}()" for name in [*names, *private])
    body += f"def on_message(self, message): self.write_message({{'said': [{calls}]}})"
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        await ws.send("go")
        assert json.loads(await ws.recv()) == {"said": [*names, *private]}
    await served.app.connections.ended()


async def test_a_class_may_have_attributes_of_any_name(serve):
    """Set in `initialize`, they are still there in `open`."""
    body = (
        "def initialize(self):\n"
        "    self._endpoint = self._shared = self._traced = self._ended = self.__ended = 'mine'\n"
        "def open(self):\n"
        "    self.write_message(self._endpoint + self._shared + self._traced + self.__ended)"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "mine" * 4


async def test_two_connections_are_two_handlers(serve):
    """What is set on one is not on the other."""
    body = (
        "def open(self): self.count = 0\n"
        "def on_message(self, message):\n"
        "    self.count += 1\n"
        "    self.write_message(str(self.count))"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as one, served.connect("/it") as other:
        for ws, count in [(one, "1"), (one, "2"), (other, "1")]:
            await ws.send("go")
            assert await ws.recv() == count


@pytest.mark.parametrize(
    "name", ["ask_origins", "client_callback", "client_close", "client_options", "client_read"]
)
async def test_the_page_s_programs_print_what_it_states(serve, name):
    """Each of them talks to the endpoints of the guide's own page."""
    folder = GUIDE / "tornado"
    files = [path for path in folder.iterdir() if path.suffix in (".py", ".yaml")]
    served = await serve({f"tornado/{path.name}": path.read_bytes() for path in files})
    page = (folder / "README.md").read_text()
    stated = page.partition(f"file={name}.py")[2].partition("```output order=strict\n")[2]

    program = await asyncio.create_subprocess_exec(
        sys.executable,
        folder / f"{name}.py",
        f"ws://127.0.0.1:{served.port}/tornado/",
        stdout=PIPE,
        stderr=PIPE,
    )
    printed, complaints = await program.communicate()

    assert (program.returncode, complaints) == (0, b"")
    assert printed.decode() == stated.partition("```")[0]
