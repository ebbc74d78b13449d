"""What goes wrong in an author's class, or with it."""

from __future__ import annotations

import logging
import re

import pytest
from websockets.exceptions import ConnectionClosed

from .classes import EVIL, a_class, entry, refusal

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
