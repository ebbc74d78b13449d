"""Endpoints as functions: the callbacks beside open, on_message and on_close, and the limits."""

from __future__ import annotations

import asyncio
import json

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from liveguide.settings import Settings

from ..conftest import ECHO, handshake, routes
from ..tracing.page import open_page

HANDSHAKE = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def functions(bot: str = "", **entries: str) -> dict[str, str]:
    """Return a guide of some entries, and of the module `bot` beside them."""
    return {"gramex.yaml": routes(**entries), "bot.py": bot}


async def test_on_pong_gets_what_the_ping_carried(serve):
    """The function is called with the handler and the data, as bytes."""
    bot = "def on_pong(handler, data): handler.write_message(f'pong {data!r}')"
    served = await serve(
        functions(
            bot,
            pinged="open: {function: \"handler.ping(b'now')\"}\non_pong: {function: bot.on_pong}",
        )
    )

    async with served.connect("/pinged") as ws:
        assert await ws.recv() == "pong b'now'"


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["soap", "chat"], "chat"), (["soap"], None), (None, None)]
)
async def test_select_subprotocol_chooses_from_what_is_offered(serve, offered, chosen):
    """What the function returns is in the handshake; `None` chooses none."""
    served = await serve(
        functions(
            chat="select_subprotocol: {function: \"'chat' if 'chat' in subprotocols else None\"}"
        )
    )

    async with served.connect("/chat", subprotocols=offered) as ws:
        assert ws.subprotocol == chosen


async def test_a_pipeline_may_select_a_subprotocol(serve):
    """Its steps run at once, and the last one's result is what counts."""
    served = await serve(
        functions(
            chat="select_subprotocol:\n  function:\n"
            "    - {name: known, function: \"[s for s in subprotocols if s == 'b']\"}\n"
            "    - known[0]"
        )
    )

    async with served.connect("/chat", subprotocols=["a", "b"]) as ws:
        assert ws.subprotocol == "b"


@pytest.mark.parametrize("function", ["\"'soap'\"", "int('x')", "1 / 0", "sys.exit()"])
async def test_a_subprotocol_that_can_t_be_had_is_a_500(serve, caplog, function):
    """One that was not offered, or an error: the handshake is refused and the log says why."""
    served = await serve(functions(chat=f"select_subprotocol: {{function: {function}}}", echo=ECHO))

    with pytest.raises(InvalidStatus) as caught:
        await served.connect("/chat", subprotocols=["chat"])

    assert caught.value.response.status_code == 500
    assert json.loads(caught.value.response.body) == {"error": "Internal Server Error"}
    assert "Uncaught exception" in caplog.text
    async with served.connect("/echo") as ws:  # nobody else notices
        await ws.send("hello")
        assert await ws.recv() == "hello"


async def test_a_function_that_must_answer_at_once_is_not_async(serve):
    """The start says so, with file and line."""
    bot = "async def choose(handler, subprotocols): pass"
    with pytest.raises(Exception, match=r"gramex.yaml:6: error: 'bot.choose' is async, but "):
        await serve(functions(bot, chat="select_subprotocol: {function: bot.choose}"))


@pytest.mark.parametrize(("options", "compresses"), [("{}", True), ("None", False)])
async def test_compression_is_the_function_s_choice(serve, options, compresses):
    """Options, if only empty ones, turn permessage-deflate on; `None` leaves it off."""
    served = await serve(
        functions(zip=f"{ECHO}\nget_compression_options: {{function: '{options}'}}")
    )

    async with served.connect("/zip", compression="deflate") as ws:
        assert bool(ws.response.headers.get("Sec-WebSocket-Extensions")) == compresses
        await ws.send("hello " * 100)
        assert await ws.recv() == "hello " * 100


@pytest.mark.parametrize("kind", ["", "async "])
async def test_on_request_refuses_before_the_handshake(serve, caplog, kind):
    """What it raises is the status, its reason the answer, on a plain request as well."""
    bot = (
        f"from tornado.web import HTTPError\n{kind}def check(handler):\n"
        "    if 'no' in handler.args.get('say', []):\n"
        "        raise HTTPError(400, 'for the log', reason='say something else')\n"
    )
    served = await serve(functions(bot, echo=f"{ECHO}\non_request: {{function: bot.check}}"))

    with pytest.raises(InvalidStatus) as caught:
        await served.connect("/echo?say=no")
    assert caught.value.response.status_code == 400
    assert json.loads(caught.value.response.body) == {"error": "say something else"}
    assert (await served.get("/echo?say=no")).code == 400
    assert (await served.get("/echo?say=yes")).code == 426
    async with served.connect("/echo?say=yes") as ws:
        await ws.send("hello")
        assert await ws.recv() == "hello"
    assert "for the log" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("error", ["1 / 0", "sys.exit()"])
async def test_an_error_in_on_request_is_a_500(serve, caplog, error):
    """The handshake is refused, the error logged, and the server goes on."""
    served = await serve(functions(echo=f"{ECHO}\non_request: {{function: {error}}}"))

    for _ in range(2):
        with pytest.raises(InvalidStatus) as caught:
            await served.connect("/echo")
        assert caught.value.response.status_code == 500
    assert "Uncaught exception" in caplog.text


@pytest.mark.parametrize(
    "sets",
    ["handler.set_cookie('name', 'Ω')", "handler._headers['X-Name'] = 'a\\r\\nSet-Cookie: b=c'"],
)
async def test_what_no_header_can_hold_is_a_500_and_keeps_no_place(serve, caplog, sets):
    """It turns up only when the answer is sent; no session's cookie is in the log for that."""
    settings = Settings(limits={"connections": 16})
    bot = f"def name(handler):\n    {sets}\n"
    served = await serve(
        functions(bot, named=f"{ECHO}\non_request: {{function: bot.name}}", echo=ECHO),
        settings=settings,
    )

    for _ in range(20):
        with pytest.raises(InvalidStatus) as caught:
            await served.connect("/named")
        assert caught.value.response.status_code == 500
    async with served.connect("/echo"):
        assert "session=" not in caplog.text


async def test_what_is_only_for_the_log_is_told_nobody_else(serve, caplog):
    """The reader's page learns the reason; the log gets the message, on one line."""
    bot = (
        "from tornado.web import HTTPError\ndef check(handler):\n"
        "    raise HTTPError(400, 'secret %s', handler.args['x'][0], reason='no')\n"
    )
    served = await serve(functions(bot, echo=f"{ECHO}\non_request: {{function: bot.check}}"))

    async with open_page(served) as page:
        with pytest.raises(InvalidStatus):
            await page.connect("/echo?x=%0d%0aforged")
        refused = await page.told("refused")

    assert refused["reason"] == "no"
    assert r"secret \r\nforged" in caplog.text


async def test_a_client_that_leaves_while_it_is_judged_leaves_nothing_behind(serve):
    """Tornado would open a connection that is closed already, and never close it again."""
    bot = (
        "import asyncio\nasked, go = asyncio.Event(), asyncio.Event()\nopened = []\n"
        "async def check(handler):\n    asked.set()\n    await go.wait()\n"
        "def open(handler): opened.append(1)\n"
    )
    served = await serve(
        functions(bot, slow="on_request: {function: bot.check}\nopen: {function: bot.open}")
    )
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    module = endpoint.callbacks["open"].function.__globals__

    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(HANDSHAKE % b"/slow")
    await module["asked"].wait()
    module["asked"].clear()
    writer.close()
    connecting = asyncio.ensure_future(served.connect("/slow").__aenter__())
    await module["asked"].wait()  # by one who comes after the one that has left
    module["go"].set()
    await (await connecting).close()
    assert module["opened"] == [1]
    assert len(served.app.connections) == 0


async def test_args_are_the_query_s(serve):
    """A list of texts for each name, as in Gramex; bytes that are no UTF-8 do no harm."""
    served = await serve(functions(ask="open: {function: 'handler.write_message(handler.args)'}"))

    async with served.connect("/ask?x=1&y=a%20b&x=2&z=%ff") as ws:
        assert json.loads(await ws.recv()) == {"x": ["1", "2"], "y": ["a b"], "z": ["\ufffd"]}


async def test_a_message_over_its_own_limit_closes_with_1009(serve):
    """`max_message_size` is this endpoint's, in bytes."""
    served = await serve(functions(small=f"{ECHO}\nmax_message_size: 10", echo=ECHO))

    async with served.connect("/small") as ws:
        await ws.send("x" * 10)
        assert await ws.recv() == "x" * 10
        await ws.send("x" * 11)
        with pytest.raises(ConnectionClosed) as caught:
            await ws.recv()
        assert caught.value.rcvd.code == 1009
    async with served.connect("/echo") as ws:
        await ws.send("x" * 11)
        assert await ws.recv() == "x" * 11


async def test_pings_come_as_often_as_the_endpoint_says(serve):
    """`ping_interval` is in seconds; the answer is told to `on_pong`."""
    served = await serve(
        functions(quick="ping_interval: 0.3\non_pong: {function: handler.write_message('pong')}")
    )

    async with served.connect("/quick") as ws:
        assert [await ws.recv(), await ws.recv()] == ["pong", "pong"]


async def test_a_client_that_answers_no_ping_is_gone_in_time(serve):
    """`ping_timeout` after a ping the connection ends, and `on_close` is called."""
    bot = "import asyncio\ngone = asyncio.Event()\ndef on_close(handler): gone.set()\n"
    served = await serve(
        functions(
            bot,
            quick="ping_interval: 0.05\nping_timeout: 0.03\non_close: {function: bot.on_close}",
        )
    )
    endpoint = served.app.endpoint_rules[0].target_kwargs["endpoint"]
    gone: asyncio.Event = endpoint.callbacks["on_close"].function.__globals__["gone"]

    _, writer = await handshake(served.port, "/quick")
    async with asyncio.timeout(60):  # Tornado waits five seconds more for a close frame
        await gone.wait()
    writer.close()

    assert list(served.app.connections) == []


async def test_a_program_may_send_any_header(serve):
    """A client that is no browser connects without an Origin, and gets a session."""
    served = await serve(
        functions(who="open: {function: \"handler.write_message(handler.session['id'])\"}")
    )
    url = f"ws://127.0.0.1:{served.port}/who"
    client = await websocket_connect(HTTPRequest(url, headers={"X-Anything": "1"}))
    session = await client.read_message()
    client.close()

    assert session
    assert len(session) >= 32
