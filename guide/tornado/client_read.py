"""Talk to the echo, from Python."""

import asyncio
import sys

from tornado.websocket import websocket_connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/tornado/'


async def main():
    client = await websocket_connect(ADDRESS + 'echo')
    await client.write_message('Hello from Python')
    print(await client.read_message())

    client = await websocket_connect(ADDRESS + 'bouncer')
    await client.write_message('xyzzy')
    while (message := await client.read_message()) is not None:
        print('This never comes:', message)
    print('The server closed with', client.close_code, client.close_reason)


asyncio.run(main())
