"""What authors' functions print and log, as the reader whom they work for is told of it."""

from __future__ import annotations

import asyncio
import logging
import sys

import pytest

from liveguide.server.tracing.console import overheard

from ..test_connection import bot_of
from .console import ALL, MESSAGES, hearing, nothing_more, said
from .page import open_page

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
