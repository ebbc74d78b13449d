"""Hear of each message, without asking for it."""

import asyncio
import sys

from tornado.websocket import websocket_connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/tornado/'


async def main():
    complete, closed = asyncio.Event(), asyncio.Event()

    def on_message(message):
        print('Heard', message)
        if isinstance(message, bytes):
            complete.set()
        if message is None:
            closed.set()

    client = await websocket_connect(ADDRESS + 'kinds', on_message_callback=on_message)
    await complete.wait()
    client.close()
    await closed.wait()


asyncio.run(main())
