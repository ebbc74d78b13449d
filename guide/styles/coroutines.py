"""A guest, as a coroutine."""

import asyncio

from . import room


async def guest(websocket):
    await websocket.accept()
    heard = asyncio.Queue(100)
    room.members.add(heard.put_nowait)
    telling = asyncio.create_task(tell(websocket, heard))
    try:
        async for message in websocket:
            room.say(websocket.request, message)
    finally:
        room.members.discard(heard.put_nowait)
        telling.cancel()


async def tell(websocket, heard):
    while True:
        await websocket.send(await heard.get())
