"""The options of a connection."""

import asyncio
import sys

from tornado.websocket import websocket_connect

ADDRESS = sys.argv[1] if len(sys.argv) > 1 else 'ws://localhost:8888/tornado/'


async def main():
    client = await websocket_connect(
        ADDRESS + 'dialect',
        connect_timeout=5,
        subprotocols=['chat.v1', 'chat.v3'],
        ping_interval=10,
        ping_timeout=5,
        max_message_size=1024,
    )
    print('The server chose', client.selected_subprotocol)
    client.close()

    client = await websocket_connect(ADDRESS + 'squeezed', compression_options={})
    await client.write_message('hello ' * 1000)
    print(await client.read_message())
    print('Extensions:', client.headers.get('Sec-WebSocket-Extensions'))
    client.close()


asyncio.run(main())
