"""Endpoints as classes: an author's WebSocketHandler works as Tornado's reference says."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ..conftest import Served

GUIDE = Path(__file__).resolve().parents[3] / "guide"
IMPORTS = """\
import asyncio
import sys
from tornado.websocket import WebSocketClosedError, WebSocketHandler

events, closed, handlers = [], asyncio.Event(), []

"""
EVIL = "http://evil.example"


def entry(handler: str, *kwargs: str, pattern: str = "/$YAMLURL/it") -> str:
    """Return a gramex.yaml of one entry, which begins on line 2; each kwarg is a line."""
    lines = ["url:", "  it:", f"    pattern: {pattern}", f"    handler: {handler}"]
    if kwargs:
        lines += ["    kwargs:", *(f"      {line}" for line in kwargs)]
    return "\n".join(lines) + "\n"


def a_class(body: str, *kwargs: str, **options: str) -> dict[str, str]:
    """Return a guide whose one endpoint, /it, is a class of this body."""
    methods = "".join(f"    {line}\n" for line in body.splitlines())
    code = f"{IMPORTS}class It(WebSocketHandler):\n{methods or '    pass'}"
    return {"gramex.yaml": entry("bot.It", *kwargs, **options), "bot.py": code}


def module_of(served: Served) -> dict[str, Any]:
    """Return what the author's module defines, as it was loaded."""
    name = served.app.endpoint_rules[0].target_kwargs["endpoint"].handler.__module__
    return vars(sys.modules[name])


async def refusal(served: Served, path: str = "/it", **options: Any) -> tuple[int, Any]:
    """Return the status and the JSON with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await served.connect(path, **options)
    return caught.value.response.status_code, json.loads(caught.value.response.body)


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


CHOOSE = (
    "def select_subprotocol(self, subprotocols):\n"
    "    events.append(subprotocols)\n"
    "    return 'chat' if 'chat' in subprotocols else None\n"
    "def open(self): self.write_message(str(self.selected_subprotocol))"
)


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["soap", "chat"], "chat"), (["soap"], None), (None, None)]
)
async def test_select_subprotocol_chooses_or_does_not(serve, offered, chosen):
    """It is asked once, with an empty list where none was offered; `None` ends nothing."""
    served = await serve(a_class(CHOOSE))

    async with served.connect("/it", subprotocols=offered) as ws:
        assert ws.subprotocol == chosen
        assert await ws.recv() == str(chosen)
    assert module_of(served)["events"] == [offered or []]


async def test_a_subprotocol_that_was_not_offered_is_a_500(serve, caplog):
    """It is the author's fault, not the client's."""
    served = await serve(a_class("def select_subprotocol(self, offered): return 'soap'"))

    assert (await refusal(served, subprotocols=["chat"]))[0] == 500
    assert "select_subprotocol chose 'soap', but the client offered ['chat']" in caplog.text


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


OPEN = "def open(self): self.write_message(self.session['id'])"
ALLOW = f"{OPEN}\ndef check_origin(self, origin):\n    events.append(origin)\n    return True"
DENY = ALLOW.replace("True", "False")


async def test_a_page_of_another_host_is_refused(serve):
    """`check_origin` is Tornado's, unless it is overridden: 403, with a reason."""
    served = await serve(a_class(OPEN))

    for origin in [EVIL, "null", f"http://127.0.0.1:{served.port + 1}"]:
        status, body = await refusal(served, origin=origin)
        assert status == 403
        assert body == {"error": f"the origin {origin!r} may not connect to {served.url}"}
    async with served.connect("/it", origin=served.url) as ws:
        assert len(await ws.recv()) == 41


async def test_who_sends_no_origin_is_let_in(serve):
    """A program is no browser; `check_origin` is not asked."""
    served = await serve(a_class(DENY))

    async with served.connect("/it") as ws:
        assert len(await ws.recv()) == 41
    assert module_of(served)["events"] == []


async def test_check_origin_may_let_in_other_hosts(serve):
    """It gets the origin; and is not asked about the site's own pages (Tornado 6.6)."""
    served = await serve(a_class(ALLOW))

    for origin in [served.url, EVIL]:
        async with served.connect("/it", origin=origin) as ws:
            await ws.recv()
    assert module_of(served)["events"] == [EVIL]


async def test_a_page_that_check_origin_lets_in_is_a_stranger(serve):
    """It has neither its reader's session nor their cookies, and is given none."""
    body = ALLOW.replace("self.session['id']", "{**self.session, 'cookies': len(self.cookies)}")
    served = await serve(a_class(body))
    async with served.connect("/it") as ws:
        own = json.loads(await ws.recv())
        cookie = ws.response.headers["Set-Cookie"].split(";")[0]

    headers = {"Cookie": cookie}
    async with served.connect("/it", origin=EVIL, additional_headers=headers) as ws:
        foreign = json.loads(await ws.recv())
        assert "Set-Cookie" not in ws.response.headers

    assert own["id"] != foreign["id"]
    assert foreign["cookies"] == 0


@pytest.mark.parametrize("body", [ALLOW, DENY])
async def test_origins_decide_over_check_origin(serve, body):
    """What YAML lists is let in, what it does not list is refused; the class is not asked."""
    served = await serve(a_class(body, "origins: [good.example]"))

    async with served.connect("/it", origin="https://good.example") as ws:
        assert len(await ws.recv()) == 41
    assert (await refusal(served, origin=EVIL))[0] == 403
    assert module_of(served)["events"] == []


async def test_on_pong_gets_what_the_ping_carried(serve):
    """As bytes."""
    body = (
        "def open(self): self.ping('now')\n"
        "def on_pong(self, data): self.write_message(repr(data))"
    )  # fmt: skip
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert await ws.recv() == "b'now'"


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


async def test_compression_is_the_class_s_choice(serve):
    """`get_compression_options` returns a dict, and both ends compress."""
    body = (
        "def get_compression_options(self): return {}\n"
        "def on_message(self, message): self.write_message(message)"
    )
    served = await serve(a_class(body))

    async with served.connect("/it", compression="deflate") as ws:
        assert "permessage-deflate" in ws.response.headers["Sec-WebSocket-Extensions"]
        await ws.send("hello " * 100)
        assert await ws.recv() == "hello " * 100


async def test_a_plain_request_gets_no_page(serve):
    """426 with a reason; POST is 405."""
    served = await serve(a_class(OPEN))

    answer = await served.get("/it")
    assert answer.code == 426
    assert "this is a WebSocket" in json.loads(answer.body)["error"]
    assert (await served.get("/it", method="POST", body="")).code == 405


@pytest.mark.parametrize("kind", ["", "async "])
async def test_the_author_s_prepare_is_called(serve, kind):
    """Before the handshake is answered, so it may set a header, or refuse."""
    body = (
        f"{kind}def prepare(self):\n"
        "    if 'no' in self.args:\n"
        "        from tornado.web import HTTPError\n"
        "        raise HTTPError(402, reason='Pay first')\n"
        "    self.set_header('X-Mood', 'good')"
    )
    served = await serve(a_class(body))

    async with served.connect("/it") as ws:
        assert ws.response.headers["X-Mood"] == "good"
    assert await refusal(served, "/it?no=1") == (402, {"error": "Pay first"})


async def test_a_user_is_who_the_class_says(serve):
    """`get_current_user` of the class comes first, and `auth` asks it."""
    body = (
        "def get_current_user(self):\n"
        "    return {'id': self.args['as'][0]} if 'as' in self.args else None\n"
        "def open(self): self.write_message(self.current_user['id'])"
    )
    served = await serve(a_class(body, "auth: true"))

    async with served.connect("/it?as=ada") as ws:
        assert await ws.recv() == "ada"
    assert (await refusal(served))[0] == 401


FAIL = {
    "raise": "raise ValueError('secret detail')",
    "exit": "sys.exit('secret detail')",
}
KINDS = {
    "open": "{kind}def open(self):\n    {fail}",
    "on_message": "def open(self): self.write_message('go')\n"
    "{kind}def on_message(self, message):\n    {fail}",
    "on_pong": "def open(self): self.ping(b'')\n{kind}def on_pong(self, data):\n    {fail}",
}


@pytest.mark.parametrize("method", KINDS)
@pytest.mark.parametrize("kind", ["", "async "])
@pytest.mark.parametrize("fail", FAIL)
async def test_an_error_closes_that_connection_with_1011(serve, caplog, method, kind, fail):
    """The client is told which method, the log has it all, and the server goes on."""
    files = a_class(KINDS[method].format(kind=kind, fail=FAIL[fail]))
    served = await serve(files)

    for _ in range(2):
        async with served.connect("/it") as ws:
            if method == "on_message":
                assert await ws.recv() == "go"
                await ws.send("go")
            with pytest.raises(ConnectionClosed):
                await ws.recv()
        assert (ws.close_code, ws.close_reason) == (1011, f"It.{method} failed")

    errors = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert [r.getMessage().partition(" (")[0] for r in errors] == [f"It.{method} failed"] * 2
    assert re.search(r"gramex\.yaml:4\)", errors[0].getMessage())
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("kind", ["", "async "])
@pytest.mark.parametrize("fail", FAIL)
async def test_an_error_in_on_close_is_logged(serve, caplog, kind, fail):
    """Nobody is left to tell."""
    served = await serve(a_class(f"{kind}def on_close(self):\n    {FAIL[fail]}"))

    async with served.connect("/it"):
        pass
    await served.app.connections.ended()

    assert "It.on_close failed (" in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("fail", FAIL)
@pytest.mark.parametrize(
    "method",
    [
        "initialize(self)",
        "prepare(self)",
        "select_subprotocol(self, offered)",
        "check_origin(self, origin)",
        "get_current_user(self)",
        "get_compression_options(self)",
        "set_default_headers(self)",
    ],
)
async def test_an_error_before_the_handshake_is_a_500(serve, caplog, method, fail):
    """The reader is told nothing of it, the log has it all, and the server goes on."""
    kwargs = ["auth: true"] if "get_current_user" in method else []
    served = await serve(a_class(f"def {method}:\n    {FAIL[fail]}", *kwargs))

    for _ in range(2):
        status, body = await refusal(served, origin=EVIL if "check_origin" in method else None)
        assert status == 500
        assert "secret" not in str(body)
    assert "secret detail" in caplog.text or "sys.exit()" in caplog.text


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
    ("files", "message"),
    [
        (
            {"gramex.yaml": entry("bot.it"), "bot.py": "class it: pass"},
            "gramex.yaml:4: error: 'bot.it' is a class, but no WebSocketHandler; "
            "derive it from tornado.websocket.WebSocketHandler",
        ),
        (
            {"gramex.yaml": entry("bot.it"), "bot.py": "it = 1"},
            "gramex.yaml:4: error: 'bot.it' is neither a class nor an async function",
        ),
        (
            {"gramex.yaml": entry("bot.Ti"), "bot.py": "class It: pass"},
            "gramex.yaml:4: error: ",
        ),
        (
            {"gramex.yaml": entry("bto.It"), "bot.py": "class It: pass"},
            "gramex.yaml:4: error: ",
        ),
        (
            a_class("def initialize(self, greeting): pass", "greting: hi"),
            "gramex.yaml:4: error: bot.It.initialize(self, greeting) does not take what this "
            "entry gives it: missing a required argument: 'greeting'; "
            "change its parameters, or the entry's kwargs",
        ),
        (
            a_class("", "greeting: hi"),
            "gramex.yaml:4: error: bot.It.initialize(self) -> None does not take what this entry "
            "gives it: got an unexpected keyword argument 'greeting'; "
            "change its parameters, or the entry's kwargs",
        ),
    ],
)
async def test_a_wrong_class_stops_the_start(serve, files, message):
    """With the line of its name, and the fix."""
    with pytest.raises(Exception, match="gramex") as caught:
        await serve(files)

    assert message in str(caught.value)


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
