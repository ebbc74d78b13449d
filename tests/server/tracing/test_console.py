"""What authors' functions print and log, as the reader whom they work for is told of it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from liveguide.server.tracing.console import overheard

from ..conftest import Served, routes
from ..test_connection import bot_of
from .page import Page, open_page

FUNCTIONS = """\
open: {function: bot.open}
on_message: {function: bot.on_message}
on_close: {function: bot.on_close}"""
ALL = routes(bot=FUNCTIONS)
MESSAGES = routes(bot="on_message: {function: bot.on_message}")


@asynccontextmanager
async def hearing(served: Served) -> AsyncIterator[Page]:
    """Open a page, and let it hear what authors' functions say."""
    with overheard():
        async with open_page(served) as page:
            yield page


async def said(served: Served, *messages: str, path: str = "/bot") -> Page:
    """Send messages on one socket of a page, and return the page when the socket has ended."""
    async with hearing(served) as page:
        async with page.connect(path) as ws:
            for message in messages:
                await ws.send(message)
        await page.end()
    return page


async def nothing_more(page: Page, path: str = "/bot") -> None:
    """Read everything that has been told: a new socket's handshake comes after it."""
    async with page.connect(path, 999):
        await page.told("handshake", 999)


BOT = """\
import asyncio

def open(handler):
    print('opened')

async def on_message(handler, message):
    print('got', message)
    await asyncio.sleep(0)
    print('thought about', message)

async def on_close(handler):
    await asyncio.sleep(0)
    print('closed')
"""


async def test_what_every_callback_prints_is_told_and_printed(serve, capsys):
    """Lines of plain and asynchronous functions reach the page, and the real output as ever."""
    served = await serve({"gramex.yaml": ALL, "bot.py": BOT})

    page = await said(served, "a")

    expected = ["opened", "got a", "thought about a", "closed"]
    assert page.lines() == expected
    assert capsys.readouterr().out.splitlines() == expected
    assert page.records[-1]["type"] == "close"


async def test_a_line_is_told_with_the_place_that_printed_it(serve):
    """The page learns the function, the file and line, and where the site shows them."""
    site = {"deep/gr ex/bot.py.source/index.html": "<pre></pre>"}
    files = {"deep/gr ex/gramex.yaml": ALL, "deep/gr ex/bot.py": BOT}
    served = await serve(files, site)

    page = await said(served, path="/deep/gr%20ex/bot")

    assert page.of("line")[0] == {
        "type": "line",
        "socket": 1,
        "text": "opened",
        "level": "print",
        "function": "bot.open",
        "place": "bot.py:4",
        "href": "deep/gr%20ex/bot.py.source/#L4",
    }
    assert page.of("line")[1]["function"] == "bot.on_close"


async def test_a_socket_that_no_page_traces_is_printed_only(serve, capsys):
    """What a function prints for anybody else is told no page."""
    served = await serve({"gramex.yaml": ALL, "bot.py": BOT})

    async with hearing(served) as page:
        async with served.connect("/bot") as ws:
            await ws.send("a")
        await nothing_more(page)

    assert page.lines() == []
    assert "got a" in capsys.readouterr().out


async def test_standard_output_is_the_real_one_again(capsys):
    """Nothing is heard any more when the server has ended."""
    stdout, handlers = sys.stdout, logging.getLogger().handlers.copy()

    with overheard():
        assert sys.stdout is not stdout
        assert sys.stdout.encoding == stdout.encoding
        sys.stdout.writelines(["a\n", "b\n"])

    assert sys.stdout is stdout
    assert logging.getLogger().handlers == handlers
    assert capsys.readouterr().out == "a\nb\n"


async def test_two_readers_never_see_each_other_s_lines(serve):
    """Each page is told of its own socket, however the two conversations interleave."""
    bot = """\
import asyncio

async def on_message(handler, message):
    for n in range(20):
        print(message, n)
        await asyncio.sleep(0)
    handler.write_message('done')
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    async with hearing(served) as ada, open_page(served) as bob:
        async with ada.connect("/bot") as one, bob.connect("/bot") as two:
            await asyncio.gather(one.send("ada"), two.send("bob"))
            await asyncio.gather(one.recv(), two.recv())
        await asyncio.gather(ada.end(), bob.end())

    assert ada.lines() == [f"ada {n}" for n in range(20)]
    assert bob.lines() == [f"bob {n}" for n in range(20)]


async def test_two_sockets_of_a_page_are_told_apart(serve):
    """Each line carries the number of the socket that it was printed for."""
    served = await serve({"gramex.yaml": ALL, "bot.py": BOT})

    async with (
        hearing(served) as page,
        page.connect("/bot", 7) as one,
        page.connect("/bot", 8) as two,
    ):
        await one.send("a")
        await two.send("b")
        await page.line("thought about a", 7)
        await page.line("thought about b", 8)

    assert not {"got a", "thought about a"} & set(page.lines(8))
    assert not {"got b", "thought about b"} & set(page.lines(7))


async def test_who_receives_a_broadcast_sees_nothing_of_its_sender(serve):
    """The sender's page has the sender's lines, the other page only got the message."""
    bot = """\
from blinker import signal
room = signal('room')

def open(handler):
    room.connect(handler.write_message)

def on_message(handler, message):
    print('before', message)
    room.send(message)
    print('after', message)

def on_close(handler):
    room.disconnect(handler.write_message)
"""
    served = await serve({"gramex.yaml": ALL, "bot.py": bot})

    async with hearing(served) as ada, open_page(served) as bob:
        async with ada.connect("/bot") as one, bob.connect("/bot") as two:
            await bob.told("handshake")
            await one.send("hello")
            assert [await one.recv(), await two.recv()] == ["hello", "hello"]
        await asyncio.gather(ada.end(), bob.end())

    assert ada.lines() == ["before hello", "after hello"]
    assert bob.lines() == []


@pytest.mark.parametrize("begins", ["def", "async def"])
async def test_what_a_function_has_another_s_handler_do_is_that_other_s(serve, begins):
    """A message handed on to another reader's handler, and its end, are told that reader's page."""
    bot = """\
import asyncio

handlers = []

def open(handler):
    handlers.append(handler)
    handler.name = f'reader {len(handlers)}'

def on_message(handler, message):
    print(handler.name, 'got', message)
    if handler is not handlers[0]:
        handlers[0].on_message(message)
        handlers[0].close()

def on_close(handler):
    print('closed', handler.name)
"""
    if begins == "async def":
        bot = bot.replace("def on_message", "async def on_message")
        bot = bot.replace(
            "    print(handler.name", "    await asyncio.sleep(0)\n    print(handler.name"
        )
        bot = bot.replace("handlers[0].on_message", "await handlers[0].on_message")
    served = await serve({"gramex.yaml": ALL, "bot.py": bot})

    async with hearing(served) as ada, open_page(served) as bob, ada.connect("/bot"):
        await ada.told("handshake")
        async with bob.connect("/bot") as two:
            await two.send("a message")
            await ada.end()
            await nothing_more(bob)

            assert bob.lines() == ["reader 2 got a message"]

    assert ada.lines() == ["reader 1 got a message", "closed reader 1"]


@pytest.mark.parametrize(
    ("how", "function"),
    [
        ("asyncio.get_running_loop().call_later(0, later, handler)", "bot.later"),
        ("handler.task = asyncio.create_task(coroutine(handler))", "bot.coroutine"),
        ("await asyncio.to_thread(later, handler)", "bot.later"),
        ("start(PeriodicCallback(lambda: later(handler), 1))", "bot.later"),
        ("IOLoop.current().add_callback(later, handler)", "bot.later"),
    ],
)
async def test_what_a_callback_started_is_told_too(serve, how, function):
    """Timers, tasks and threads belong to the connection whose callback began them."""
    bot = f"""\
import asyncio
from tornado.ioloop import IOLoop, PeriodicCallback

def later(handler):
    print('later')
    if hasattr(handler, 'timer'):
        handler.timer.stop()

async def coroutine(handler):
    print('later')

async def on_message(handler, message):
    def start(timer):
        handler.timer = timer
        timer.start()
    {how}
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    async with hearing(served) as page, page.connect("/bot") as ws:
        await ws.send("go")
        line = await page.line("later")

    assert line["function"] == function


async def test_nothing_is_told_after_the_end(serve, capsys):
    """What tasks and threads of a connection print when it has ended is printed only."""
    bot = """\
import asyncio
go, tasks = asyncio.Event(), []

async def later():
    await go.wait()
    print('from a task')
    await asyncio.to_thread(say, 'from a thread')

def say(text):
    print(text)

def open(handler):
    tasks.append(asyncio.create_task(later()))

def on_message(handler, message):
    pass

def on_close(handler):
    print('closed')
"""
    served = await serve({"gramex.yaml": ALL, "bot.py": bot})

    async with hearing(served) as page:
        async with page.connect("/bot"):
            await page.told("handshake")
        await page.end()
        bot_of(served).go.set()
        await bot_of(served).tasks[0]
        await nothing_more(page)

    assert page.lines() == ["closed"]
    assert [r["type"] for r in page.records if r["socket"] == 1][-1] == "close"
    assert "from a task\nfrom a thread\n" in capsys.readouterr().out


async def test_what_a_thread_printed_before_the_end_does_not_come_after_it(serve):
    """A line that is on its way from a thread when the connection ends is dropped."""
    bot = """\
import contextvars, threading

def open(handler):
    pass

def on_message(handler, message):
    pass

def on_close(handler):
    thread = threading.Thread(target=contextvars.copy_context().run, args=[speak])
    thread.start()
    thread.join()

def speak():
    print('from a thread')
"""
    served = await serve({"gramex.yaml": ALL, "bot.py": bot})

    async with hearing(served) as page:
        async with page.connect("/bot"):
            await page.told("handshake")
        await page.end()
        await nothing_more(page)

    assert page.lines() == []


async def test_pieces_are_joined_to_lines(serve):
    """A line is told when it is whole, each connection's by itself, and what is left at the end."""
    bot = """\
def on_message(handler, message):
    print(message, end='')
    handler.write_message('printed')
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    async with hearing(served) as page:
        async with page.connect("/bot", 1) as one, page.connect("/bot", 2) as two:
            for ws, text in [
                (one, "a"),
                (two, "1"),
                (one, "b\n\nc"),
                (two, "2\r\n"),
                (one, "d\ne"),
            ]:
                await ws.send(text)
                await ws.recv()
        await page.end(1)
        await page.end(2)

    assert page.lines(1) == ["ab", "", "cd", "e"]
    assert page.lines(2) == ["12"]


async def test_a_line_s_place_is_where_it_began(serve):
    """Also where another function ended it, or nothing did."""
    bot = """\
def on_message(handler, message):
    print('begun', end='')
    finish()

def finish():
    print(' and finished')
    print('open end', end='')
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    assert [(line["text"], line["place"]) for line in page.of("line")] == [
        ("begun and finished", "bot.py:2"),
        ("open end", "bot.py:7"),
    ]


async def test_a_long_line_is_cut(serve):
    """At 2,000 characters, however it was printed."""
    bot = """\
def on_message(handler, message):
    print('x' * 2000)
    print('y' * 2001)
    for _ in range(3000):
        print('z', end='')
    print()
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    assert page.lines() == ["x" * 2000, "y" * 2000 + "…", "z" * 2000 + "…"]


async def test_control_characters_are_escaped(serve):
    """What would move a cursor, turn text around or be no character is shown in words."""
    bot = """\
import logging
log = logging.getLogger(__name__)

def on_message(handler, message):
    print('tab\\tstays, \\x1b[31mred\\x00 \\x85\\u202eevil\\u2028 \\r!')
    log.error('two\\nlines \\udc80')
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    assert page.lines() == [
        "tab\tstays, \\x1b[31mred\\x00 \\x85\\u202eevil\\u2028 \\r!",
        "two\\nlines \\udc80",
    ]


async def test_log_records_are_told_with_their_level(serve, caplog):
    """Every level has a name that the page knows, and the real log gets all of them."""
    caplog.set_level(logging.DEBUG)
    bot = """\
import logging
log = logging.getLogger(__name__)

class Desk:
    def answer(self):
        for level in (5, 10, 20, 25, 30, 40, 50, 60):
            log.log(level, 'at %d', level)

def on_message(handler, message):
    Desk().answer()
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    assert [(line["text"], line["level"]) for line in page.of("line")] == [
        ("at 10", "debug"),
        ("at 20", "info"),
        ("at 25", "info"),
        ("at 30", "warning"),
        ("at 40", "error"),
        ("at 50", "critical"),
        ("at 60", "critical"),
    ]
    assert {(line["function"], line["place"]) for line in page.of("line")} == {
        ("bot.Desk.answer", "bot.py:7")
    }
    assert len([r for r in caplog.records if r.getMessage().startswith("at ")]) == 7


async def test_a_log_record_s_own_place_counts(serve):
    """Where a helper logs on behalf of its caller, the caller's place is told."""
    bot = """\
import logging

def on_message(handler, message):
    complain('on behalf')

def complain(text):
    logging.warning(text, stacklevel=2)
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    (line,) = page.of("line")
    assert (line["function"], line["place"]) == ("bot.on_message", "bot.py:4")


@pytest.mark.parametrize("name", ["liveguide.server.connection", "tornado.general", "asyncio"])
async def test_the_machinery_s_own_records_are_not_told(serve, name):
    """They may hold what belongs to others; an author's function is on the stack by chance."""
    bot = f"""\
import logging

def on_message(handler, message):
    logging.getLogger({name!r}).error('secret')
    logging.error('told')
"""
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot})

    page = await said(served, "go")

    assert page.lines() == ["told"]


async def test_what_a_library_prints_has_the_place_that_called_it(serve):
    """The nearest of the author's lines is told; without one on the stack, nothing is."""
    library = "on_message: {function: print}"
    guide = routes(bot="on_message: {function: bot.on_message}", library=library)
    bot = "import pprint\ndef on_message(handler, message):\n    pprint.pprint([message])\n"
    served = await serve({"gramex.yaml": guide, "bot.py": bot})

    page = await said(served, "a")
    silent = await said(served, "a", path="/library")

    (line,) = page.of("line")
    assert (line["text"], line["place"]) == ("['a']", "bot.py:3")
    assert silent.lines() == []


async def test_libraries_inside_the_guide_s_dot_folders_are_not_its_own(serve):
    """A virtual environment in the guide folder holds no author's functions."""
    library = "def shout(text): print(text)\n"
    bot = "import importlib.util, pathlib\n"
    bot += "path = pathlib.Path(__file__).parent / '.venv/library.py'\n"
    bot += "spec = importlib.util.spec_from_file_location('library', path)\n"
    bot += "library = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(library)\n"
    bot += "def on_message(handler, message): library.shout(message)\n"
    served = await serve({"gramex.yaml": MESSAGES, "bot.py": bot, ".venv/library.py": library})

    page = await said(served, "a")

    assert [line["place"] for line in page.of("line")] == ["bot.py:6"]


async def test_an_expression_s_place_is_its_line_in_the_gramex_yaml(serve):
    """It has no function's name, and its source view is the file's."""
    guide = routes(bot="on_message:\n  function: print('got', message)")
    served = await serve({"gramex.yaml": guide}, {"gramex.yaml.source/index.html": "<pre></pre>"})

    page = await said(served, "a")

    (line,) = page.of("line")
    assert line["text"] == "got a"
    assert (line["function"], line["place"]) == ("", "gramex.yaml:7")
    assert line["href"] == "gramex.yaml.source/#L7"


async def test_names_of_methods_nested_functions_and_packages(serve):
    """A function is called as its reader would, a file as seen from its gramex.yaml."""
    bot = """\
from .parts import desk

def on_message(handler, message):
    def inner():
        [print(word) for word in message.split()]
    inner()
    (lambda: print('lambda'))()
    desk.Desk().answer()
"""
    desk = "class Desk:\n    def answer(self): print('desk')\n"
    served = await serve(
        {
            "chat/gramex.yaml": MESSAGES,
            "chat/bot.py": bot,
            "chat/parts/desk.py": desk,
        }
    )

    page = await said(served, "word", path="/chat/bot")

    assert [(line["function"], line["place"]) for line in page.of("line")] == [
        ("bot.on_message.inner", "bot.py:5"),
        ("bot.on_message", "bot.py:7"),
        ("desk.Desk.answer", "parts/desk.py:2"),
    ]


RAISING = """\
def open(handler):
    pass

def on_message(handler, message):
    check(message)

def check(message):
    int(message)

async def on_close(handler):
    raise KeyError('secret')
"""


async def test_that_a_function_raised_is_told_but_not_what(serve, caplog):
    """The page learns who raised what kind of error and where; the message stays in the log."""
    served = await serve({"gramex.yaml": ALL, "bot.py": RAISING})

    page = await said(served, "secret")

    assert [
        (line["text"], line["level"], line["function"], line["place"]) for line in page.of("line")
    ] == [
        ("bot.on_message raised ValueError", "error", "bot.check", "bot.py:8"),
        ("bot.on_close raised KeyError", "error", "bot.on_close", "bot.py:11"),
    ]
    assert "secret" not in json.dumps(page.records)
    assert "secret" in caplog.text


async def test_an_error_outside_the_author_s_files_has_no_place(serve):
    """A library's function that fails as a callback is named all the same."""
    served = await serve({"gramex.yaml": routes(bot="on_message: {function: json.loads(message)}")})
    page = await said(served, "{")
    (line,) = page.of("line")
    assert line["text"] == "on_message raised JSONDecodeError"
    assert line["place"] == "gramex.yaml:6"

    served = await serve({"gramex.yaml": routes(bot="open: {function: json.loads}")})
    page = await said(served)
    (line,) = page.of("line")
    assert line["text"] == "json.loads raised TypeError"
    assert (line["function"], line["place"], line["href"]) == ("", "", None)
