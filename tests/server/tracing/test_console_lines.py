"""How a line is told that an author's function printed or logged, and with which place."""

from __future__ import annotations

import json
import logging

import pytest

from ..conftest import routes
from .console import ALL, MESSAGES, hearing, said


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
