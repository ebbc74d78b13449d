"""The pages of hybrid functions, and who gets them."""

from __future__ import annotations

import asyncio
import json

import pytest

from liveguide.server.endpoints.coroutines import PAGE_POLICY

from .classes import refusal
from .coroutines import a_function, a_page, closed, module_of


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


async def test_a_head_request_gets_the_page_s_head(serve):
    """As GET, but for the page (RFC 9110, section 9.3.2); a POST gets 405."""
    served = await serve(a_page("return 'a page'"))

    answer = await served.get("/it", method="HEAD")

    assert (answer.code, answer.body) == (200, b"")
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    assert (await served.get("/it", method="POST", body=b"")).code == 405


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
