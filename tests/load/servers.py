"""Small servers to put under load: an echo, rooms, and rooms with a fault each."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import sys
from collections.abc import Iterator, Mapping

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Echo(WebSocketHandler):
    """Answers with what it hears."""

    def on_message(self, message):
        self.write_message(message)


class Binary(WebSocketHandler):
    """Answers in binary messages."""

    def on_message(self, message):
        self.write_message(message.encode(), binary=True)


class Silent(WebSocketHandler):
    """Answers nothing."""

    def on_message(self, message):
        pass


class Room(WebSocketHandler):
    """Tells everybody what anybody says. Each kind of room has members of its own."""

    members: set[Room]
    count = 0

    def __init_subclass__(cls):
        cls.members = set()

    def open(self):
        self.members.add(self)

    def on_message(self, message):
        for member in list(self.members):
            self.tell(member, message)

    def tell(self, member, message):
        member.write_message(message)

    def on_close(self):
        self.members.discard(self)


class Good(Room):
    """A room without fault."""


class Others(Room):
    """Does not tell who has said it."""

    def tell(self, member, message):
        if member is not self:
            member.write_message(message)


class Named(Room):
    """Puts something around each message, and greets."""

    def open(self):
        super().open()
        self.write_message("welcome")

    def tell(self, member, message):
        member.write_message({"from": "~1.2.3.4~", "text": message})


class Dropping(Room):
    """Keeps one delivery in ten for itself."""

    def tell(self, member, message):
        Dropping.count += 1
        if Dropping.count % 10:
            member.write_message(message)


class Doubling(Room):
    """Makes one delivery in ten twice."""

    def tell(self, member, message):
        Doubling.count += 1
        for _ in range(1 if Doubling.count % 10 else 2):
            member.write_message(message)


class Swapping(Room):
    """Delivers messages in pairs, the second one first."""

    def open(self):
        super().open()
        self.held = None

    def tell(self, member, message):
        held, member.held = member.held, message
        if held is not None:
            member.held = None
            member.write_message(message)
            member.write_message(held)


class Ending(WebSocketHandler):
    """An echo that has enough after three messages."""

    said = 0

    def on_message(self, message):
        self.said += 1
        if self.said <= 3:
            self.write_message(message)
        if self.said == 3:
            self.close(4000, "enough")


class Dying(Room):
    """Kills its process when it has heard 20 messages."""

    def on_message(self, message):
        super().on_message(message)
        Dying.count += 1
        if Dying.count == 20:
            os.kill(os.getpid(), signal.SIGKILL)


class Full(Room):
    """Takes two at a time, and nobody without a name."""

    def prepare(self):
        if len(self.members) >= 2:
            self.send_error(503)
        elif self.request.headers.get("Cookie") != "name=ann":
            self.send_error(403)

    def check_origin(self, origin):
        return origin == "https://example.org"


HANDLERS: Mapping[str, type[WebSocketHandler]] = {
    kind.__name__.lower(): kind
    for kind in (
        *(Echo, Binary, Silent, Good, Others, Named),
        *(Dropping, Doubling, Swapping, Ending, Dying, Full),
    )
}


@contextlib.contextmanager
def serving(
    handlers: Mapping[str, type[WebSocketHandler]] = HANDLERS, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve them in this process, each at its name; give the address of the folder."""
    (listening,) = bind_sockets(0, "127.0.0.1")
    application = Application(
        [(f"/{name}", kind) for name, kind in handlers.items()], log_function=lambda handler: None
    )
    server = HTTPServer(application, ssl_options=tls)
    server.add_sockets([listening])
    try:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.stop()


async def _main() -> None:
    with serving() as address:
        print(address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":  # as a process that can be killed
    sys.exit(asyncio.run(_main()))
