"""Plain Tornado: an echo, and a room that is a loop of write_message."""

import asyncio
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

members = set()


class Echo(WebSocketHandler):
    def on_message(self, message):
        self.write_message(message)


class Room(WebSocketHandler):
    def open(self):
        members.add(self)

    def on_message(self, message):
        for member in members:
            member.write_message(message)

    def on_close(self):
        members.discard(self)


async def main():
    sockets = bind_sockets(0, "127.0.0.1")
    settings = {"websocket_ping_interval": 25, "websocket_ping_timeout": 10}
    HTTPServer(Application([("/echo", Echo), ("/room", Room)], **settings)).add_sockets(sockets)
    print("Serving", sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


sys.exit(asyncio.run(main()))
