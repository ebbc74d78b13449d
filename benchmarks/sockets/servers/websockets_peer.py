"""The package websockets: an echo, and a room by its `broadcast`."""

import asyncio

from websockets.asyncio.server import broadcast, serve

members = set()


async def talk(websocket):
    if websocket.request.path == "/echo":
        async for message in websocket:
            await websocket.send(message)
        return
    members.add(websocket)
    try:
        async for message in websocket:
            broadcast(members, message)
    finally:
        members.discard(websocket)


async def main():
    async with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=25) as server:
        print("Serving", server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
