"""What an async function knows of its connection, and is given."""

from __future__ import annotations

import json

import pytest

from liveguide.errors import SourceErrors

from .classes import entry
from .coroutines import a_function, a_page, closed


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
