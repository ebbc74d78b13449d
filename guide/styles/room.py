"""The room: who is in it, and what is said there. It knows nothing of styles."""

import asyncio
import time
from contextlib import suppress

from tornado.websocket import WebSocketClosedError

members = set()  # Each is a function that takes a message.


def say(request, message):
    """Tell everybody what a guest says."""
    if not isinstance(message, str):
        return
    port = request.connection.context.address[1]
    line = f'[{time.strftime("%H:%M:%S")}] Guest{port}: {message}'
    for tell in list(members):
        # One who is leaving, or too slow, must not keep the others from hearing it.
        with suppress(WebSocketClosedError, asyncio.QueueFull):
            tell(line)
