"""The guide that clients come to: authors who clear up nothing, in each style, and a census."""

from __future__ import annotations

GRAMEX = """\
url:
  careless:
    pattern: /$YAMLURL/careless
    handler: WebSocketHandler
    kwargs:
      open: {function: room.open}
      on_message: {function: room.on_message}
  class:
    pattern: /$YAMLURL/class
    handler: room.Careless
  coroutine:
    pattern: /$YAMLURL/coroutine
    handler: room.talk
  failing:
    pattern: /$YAMLURL/failing
    handler: WebSocketHandler
    kwargs:
      on_message: {function: room.fail}
  census:
    pattern: /$YAMLURL/census
    handler: WebSocketHandler
    kwargs:
      open: {function: room.census}
"""

ROOM = """\
import asyncio
import gc

from blinker import Signal
from tornado.ioloop import PeriodicCallback
from tornado.websocket import WebSocketHandler

said = Signal()


def open(handler):
    said.connect(handler.write_message)
    handler.timer = PeriodicCallback(lambda: handler.write_message('tick'), 50)
    handler.timer.start()


def on_message(handler, message):
    handler.write_message(message, binary=isinstance(message, bytes))


class Careless(WebSocketHandler):
    def open(self):
        said.connect(self.write_message, sender=self)
        self.ballast = bytearray(10_000)

    async def on_message(self, message):
        await asyncio.sleep(0)
        self.write_message(message, binary=isinstance(message, bytes))


async def talk(websocket):
    await websocket.accept()
    async for message in websocket:
        await websocket.send(message)


def fail(handler, message):
    raise ValueError('as it must')


def census(handler):
    gc.collect()
    alive = gc.get_objects()
    loop = asyncio.get_running_loop()
    handler.write_message({
        'objects': len(alive),
        'handlers': sum(isinstance(thing, WebSocketHandler) for thing in alive),
        'tasks': len(asyncio.all_tasks()),
        'timers': sum(not timer.cancelled() for timer in loop._scheduled),
        'receivers': len(said.receivers),
    })
"""

FILES = {
    "gramex.yaml": GRAMEX,
    "room.py": ROOM,
    # The clients are fast; that they are held back is another test's concern.
    "liveguide.yaml": "limits:\n  message_rate: 0\n  blocking_seconds: 0\n",
}
