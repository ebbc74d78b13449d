"""What the tests of the panes share: endpoints of every kind, and what to look for in a pane."""

from __future__ import annotations

from playwright.async_api import Locator, Page

from .conftest import ServeTree

_CALLBACKS = {
    "echo": {"on_message": "bench.echo"},
    "say": {"open": "bench.greet", "on_message": "bench.say", "on_close": "bench.leave"},
    "room": {"open": "bench.enter", "on_message": "bench.tell", "on_close": "bench.exit"},
    "ping": {"on_message": "handler.ping(b'')"},
    "binary": {"open": "handler.write_message(bytes(range(60, 92)), binary=True)"},
    "sink": {"on_message": "bench.sink"},
    "source": {"on_message": "bench.pour"},
    "flood": {"open": "bench.flood"},
    "later": {"open": "bench.later"},
    "fail": {"on_message": "bench.fail"},
    "close": {"on_message": "bench.close"},
    "break": {"on_message": "handler.ws_connection.stream.close()"},
}
GRAMEX = "url:\n" + "".join(
    f"  {name}:\n    pattern: /{name}\n    handler: WebSocketHandler\n    kwargs:\n"
    + "".join(
        f"      {key}:\n        function: {function}\n" for key, function in callbacks.items()
    )
    for name, callbacks in _CALLBACKS.items()
)
GRAMEX += """\
  members:
    pattern: /members
    handler: WebSocketHandler
    kwargs:
      auth: true
  others:
    pattern: /others
    handler: WebSocketHandler
    kwargs:
      origins: [example.org]
"""
BENCH = """\
import asyncio
import json
import logging

from blinker import signal
from tornado.ioloop import IOLoop

room = signal('room')
log = logging.getLogger('bench')


def echo(handler, message):
    handler.write_message(message, binary=isinstance(message, bytes))


def greet(handler):
    print('greeted')


def say(handler, message):
    level, _, text = message.partition(' ')
    if level == 'print':
        print(text)
    else:
        log.log(getattr(logging, level.upper()), text)


def leave(handler):
    print('left')


def enter(handler):
    room.connect(handler.write_message)


def tell(handler, message):
    print('hears', message)
    room.send(message)


def exit(handler):
    room.disconnect(handler.write_message)


def sink(handler, message):
    handler.count = getattr(handler, 'count', 0) + 1
    if message == 'count':
        handler.write_message(str(handler.count))


async def pour(handler, message):
    for number in range(int(message)):
        await handler.write_message(f'message {number}')


def flood(handler):
    for number in range(5000):
        print('line', number)


async def later(handler):
    IOLoop.current().call_later(0.05, print, 'by timer')
    IOLoop.current().call_later(0.1, lambda: print('by timer of ours'))
    await asyncio.to_thread(work)


def work():
    print('by thread')


def fail(handler, message):
    raise KeyError('secret ' + message)


def close(handler, message):
    handler.write_message('closing')
    handler.close(**json.loads(message))
"""


def socket(name: str, then: str = "") -> str:
    """Return a snippet that connects to an endpoint as `ws`, and the code after it."""
    return f"const ws = new WebSocket(new URL('{name}', location.href))\n{then}"


async def show(serve_tree: ServeTree, page: Page, *snippets: str) -> str:
    """
    Serve a page of these snippets, open it, and return its address.

    A snippet without a socket gets `run=always`. Below them is a paragraph.
    """
    fences = "\n\n".join(
        f"```js{'' if 'new WebSocket' in code else ' run=always'}\n{code}\n```" for code in snippets
    )
    text = f"# Bench\n\n{fences}\n\nThe end, and [its source](bench.py.source).\n"
    files = {"README.md": text, "gramex.yaml": GRAMEX, "bench.py": BENCH}
    # On a slow machine a pane would have one more line: that a function held up the server.
    limits = "limits: {message_rate: 0, blocking_seconds: 0}\n"
    server = await serve_tree({**files, "liveguide.yaml": limits})
    await page.goto(server.url)
    return server.url


def lines(within: Page | Locator, pane: str = "console") -> Locator:
    """Return the lines of a pane."""
    return within.locator(f"live-{pane} .live-line")


def rows(within: Page | Locator, kind: str = "") -> Locator:
    """Return the rows of the Wire pane, of one kind or of all."""
    return within.locator("live-wire .wire-row" + (f".{kind}" if kind else ""))


async def unfolded(row: Locator) -> Locator:
    """Unfold a row of the Wire pane, and return what it unfolds to."""
    await row.locator("summary").click()
    return row.locator("pre")
