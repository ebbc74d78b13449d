"""A page's trace: its key, whose sockets it is told of, and how much at most."""

from __future__ import annotations

import json
import re
import socket

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from liveguide.server.tracing.console import overheard
from liveguide.server.tracing.trace import LINES_AT_ONCE, MOST_WAITING

from ..conftest import ECHO, routes
from .page import TRACE, open_page

MESSAGES = routes(bot="on_message: {function: bot.on_message}")
LISTED = ECHO + "\norigins: [partner.example]"

REQUEST = """\
import json

def open(handler):
    r = handler.request
    arguments = {name: handler.get_arguments(name) for name in r.arguments}
    handler.write_message(json.dumps([r.uri, r.query, arguments, handler.path_args]))
"""

PRINTER = """\
def on_message(handler, message):
    for n in range(int(message)):
        print(n)
    handler.write_message('done')
"""


async def test_every_page_gets_a_key_of_its_own(serve):
    """A key is fit for an address, and has 128 random bits at least."""
    served = await serve({})

    async with open_page(served) as one, open_page(served) as two:
        assert re.fullmatch(r"[\w-]{22,}", one.key)
        assert one.key != two.key


async def test_a_page_has_one_session_from_its_trace_on(serve):
    """Sockets that open at once find the session that the trace began, and set no cookie."""
    who = "open: {function: \"handler.write_message(handler.session['id'])\"}"
    served = await serve({"gramex.yaml": routes(who=who)})

    async with open_page(served) as page:
        assert page.ws.response is not None
        cookie = page.ws.response.headers["Set-Cookie"].partition(";")[0]
        options = {"origin": served.url, "additional_headers": {"Cookie": cookie}}
        async with (
            page.connect("/who", 1, **options) as one,
            page.connect("/who", 2, **options) as two,
        ):
            assert await one.recv() == await two.recv()
            assert "Set-Cookie" not in one.response.headers


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1",
        "http://[",
        "https://127.0.0.1:{port}",
    ],
)
async def test_only_pages_of_this_site_may_open_a_trace(serve, origin):
    """A page elsewhere, a frame without an origin, and what is no page at all are refused."""
    served = await serve({})
    origin = origin and origin.format(port=served.port)

    with pytest.raises(InvalidStatus) as caught:
        await served.connect(TRACE, origin=origin)

    assert caught.value.response.status_code == 403
    assert json.loads(caught.value.response.body) == {"error": "a trace is for pages of this site"}


async def test_a_plain_request_for_a_trace_is_no_handshake(serve):
    """What is not an upgrade is a 400."""
    served = await serve({})

    assert (await served.get(TRACE)).code == 400


@pytest.mark.parametrize(("said", "code"), [('{"type": "key"}', 1008), ("x" * 2000, 1009)])
async def test_a_page_that_says_something_on_its_trace_is_closed(serve, said, code):
    """With the first message, of many, and one line of log."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page:
        for _ in range(10):
            await page.ws.send(said)
        with pytest.raises(ConnectionClosed):
            await page.line("never")

        assert page.ws.close_code == code
    assert served.app.counts.refused.total() == 1


async def test_a_trace_is_in_no_count_of_messages(serve):
    """What pages are told of their own sockets is no traffic of the guide's."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page, page.connect("/echo") as ws:
        await page.told("handshake")
        await ws.send("hello")
        assert await ws.recv() == "hello"

    assert (served.app.counts.messages_in, served.app.counts.messages_out) == (1, 1)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("?{ours}", ""),
        ("?a=1&{ours}", "?a=1"),
        ("?{ours}&a=1", "?a=1"),
        ("?b=%20x+y&a=1&{ours}&a=%2f&&c&d=", "?b=%20x+y&a=1&a=%2f&&c&d="),
        ("?{ours}&_liveguide=other.1", ""),
        ("?_liveguide=&{ours}", ""),
        (
            "?a=_liveguide&my_liveguide=2&_liveguides=3",
            "?a=_liveguide&my_liveguide=2&_liveguides=3",
        ),
        ("?_liveguide", ""),
        ("?_liveguide=x", ""),
        ("?_liveguide={key}.0&a=1", "?a=1"),
        ("?_liveguide={key}.1000000", ""),
        ("?_liveguide={key}", ""),
    ],
)
async def test_an_author_s_function_never_sees_the_parameter(serve, asked, seen):
    """It is taken off, well-formed or not; all others stay as they were sent, in order."""
    pattern = "url: {bot: {pattern: '/$YAMLURL/room/(.*)', handler: WebSocketHandler, "
    pattern += "kwargs: {open: {function: bot.open}}}}"
    served = await serve({"gramex.yaml": pattern, "bot.py": REQUEST})

    async with open_page(served) as page:
        asked = asked.format(ours=f"_liveguide={page.key}.1", key=page.key)
        async with served.connect("/room/a%20b" + asked) as ws:
            got = json.loads(await ws.recv())
        async with served.connect("/room/a%20b" + seen) as ws:
            expected = json.loads(await ws.recv())

    assert got == expected
    assert got[0] == "/room/a%20b" + seen
    assert got[1] == seen.removeprefix("?")


@pytest.mark.parametrize(
    "value", ["x.1", "{key}.0", "{key}.01", "{key}.1000000", "{key}.", "{key}"]
)
async def test_a_value_that_says_nothing_is_ignored(serve, value):
    """With an unknown key or an odd number the socket works, and no page is told."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page:
        async with served.connect("/echo?_liveguide=" + value.format(key=page.key)) as ws:
            await ws.send("hello")
            assert await ws.recv() == "hello"
        async with page.connect("/echo", 2):
            await page.told("handshake", 2)

    assert len(page.records) == 1


async def test_the_largest_number_is_told_as_any_other(serve):
    """A page may count its sockets to 999999."""
    served = await serve({"gramex.yaml": routes(echo=ECHO)})

    async with open_page(served) as page, page.connect("/echo", 999999):
        assert await page.told("handshake", 999999)


async def test_a_frame_without_an_origin_is_let_in_by_its_page_s_key(serve):
    """Edited code connects where `origins` lists others, but as nobody: without cookies."""
    bot = "import json\ndef open(handler):\n"
    bot += "    handler.write_message(json.dumps([handler.session['id'], dict(handler.cookies)]))\n"
    listed = "open: {function: bot.open}\norigins: [partner.example]"
    served = await serve({"gramex.yaml": routes(bot=listed), "bot.py": bot})
    ids = []

    async with open_page(served) as page:
        for number in (1, 2):
            headers = {"Cookie": "session=known"}
            async with page.connect(
                "/bot", number, origin="null", additional_headers=headers
            ) as ws:
                session, cookies = json.loads(await ws.recv())
                assert cookies == {}
                assert "Set-Cookie" not in ws.response.headers
                ids.append(session)

    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("origin", "address", "status"),
    [
        ("null", "/echo", 403),
        ("null", "/echo?_liveguide=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.1", 403),
        ("null", "/echo?_liveguide={key}.0", 403),
        ("null", "/members?_liveguide={key}.1", 401),
        ("null", "/listed-members?_liveguide={key}.1", 401),
        ("http://evil.example", "/echo?_liveguide={key}.1", 403),
        ("http://evil.example", "/members?_liveguide={key}.1", 403),
    ],
)
async def test_a_key_opens_nothing_else(serve, origin, address, status):
    """Without a live key a frame is refused, `auth` refuses it always, and others gain nothing."""
    guide = routes(**{"echo": LISTED, "members": ECHO + "\nauth: true"})
    guide += routes(**{"listed-members": LISTED + "\nauth: true"}).removeprefix("url:\n")
    served = await serve({"gramex.yaml": guide})

    async with open_page(served) as page:
        with pytest.raises(InvalidStatus) as caught:
            await served.connect(address.format(key=page.key), origin=origin)

    assert caught.value.response.status_code == status


async def test_a_key_is_good_for_as_long_as_its_page_is_open(serve):
    """When the page has gone, its key opens nothing, and nothing is kept of it."""
    served = await serve({"gramex.yaml": routes(echo=LISTED)})
    async with open_page(served) as page:
        pass
    await served.app.connections.ended()

    with pytest.raises(InvalidStatus) as caught:
        await page.connect("/echo", origin="null")

    assert caught.value.response.status_code == 403
    assert len(served.app._traces) == 0


async def test_a_socket_goes_on_when_its_page_s_trace_has_gone(serve):
    """What would be told is told nobody, and the conversation is not disturbed."""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": PRINTER})

    with overheard():
        async with open_page(served) as page:
            ws = await page.connect("/bot")
            await page.told("handshake")
        async with ws:
            await ws.send("1000")
            assert await ws.recv() == "done"


async def test_a_stop_closes_a_trace_like_every_socket(serve):
    """The page is told 1012, and comes back."""
    served = await serve({})

    async with open_page(served) as page:
        await served.app.stop()
        with pytest.raises(ConnectionClosed):
            await page.ws.recv()

        assert page.ws.close_code == 1012


async def test_a_flood_is_cut_and_counted(serve):
    """A burst of lines is shown; of the others the page learns how many, when the socket ends."""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": PRINTER})

    with overheard():
        async with open_page(served) as page:
            async with page.connect("/bot") as ws:
                await ws.send("2000")
                await ws.recv()
            await page.end()

    shown, cut = page.lines(), page.of("cut")
    assert LINES_AT_ONCE <= len(shown) < 1000
    assert shown[:LINES_AT_ONCE] == [str(n) for n in range(LINES_AT_ONCE)]
    assert len(shown) + sum(record["count"] for record in cut) == 2000


async def test_a_cut_is_told_once_a_second(serve):
    """While the socket is open, what was cut within a second is one record of each socket."""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": PRINTER})

    with overheard():
        async with (
            open_page(served) as page,
            page.connect("/bot", 1) as one,
            page.connect("/bot", 2) as two,
        ):
            for ws in (one, two, one):
                await ws.send("600")
                await ws.recv()
            cuts = [await page.told("cut", number) for number in (1, 2)]
            told = len(page.lines(1)) + len(page.lines(2))

            assert sum(record["count"] for record in cuts) + told == 1800
            assert len(page.of("cut", 1)) == len(page.of("cut", 2)) == 1


async def test_a_thread_s_flood_is_counted_where_it_prints(serve):
    """What a thread prints while the server is busy waits nowhere, and none of it is forgotten."""
    bot = """\
import asyncio, contextvars, threading

def on_message(handler, message):
    def flood():
        for n in range(3000):
            print(n)
    thread = threading.Thread(target=contextvars.copy_context().run, args=[flood])
    thread.start()
    thread.join()
    waiting = len(asyncio.get_running_loop()._ready)
    handler.write_message(str(waiting))
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    with overheard():
        async with open_page(served) as page:
            async with page.connect("/bot") as ws:
                await ws.send("go")
                assert int(await ws.recv()) < 1000
            await page.end()

    assert len(page.lines()) + sum(record["count"] for record in page.of("cut")) == 3000


async def test_little_waits_for_a_page_that_does_not_read(serve):
    """Beyond a bound lines are dropped, and counted when the page reads again."""
    bot = PRINTER.replace("print(n)", "print('é' * 1990)")
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", served.port))
    narrow.setblocking(False)

    with overheard():
        async with open_page(served, sock=narrow, max_queue=1) as page:
            (trace,) = served.app.connections
            trace.ws_connection.stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            async with page.connect("/bot") as ws:
                await ws.send("480")  # of almost 4 KB each, and fewer than would be a flood
                await ws.recv()
                _, waiting = trace.ws_connection.waiting
                first = await page.told("cut")

    assert MOST_WAITING * 0.9 < waiting < MOST_WAITING + 16 * 1024
    assert len(page.lines()) + first["count"] == 480
