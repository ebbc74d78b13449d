"""aiohttp: an echo, and a room that is a loop of send_str."""

import asyncio

from aiohttp import web

members = set()


async def echo(request):
    websocket = web.WebSocketResponse(compress=False, heartbeat=25)
    await websocket.prepare(request)
    async for message in websocket:
        await websocket.send_str(message.data)
    return websocket


async def room(request):
    websocket = web.WebSocketResponse(compress=False, heartbeat=25)
    await websocket.prepare(request)
    members.add(websocket)
    try:
        async for message in websocket:
            for member in list(members):
                await member.send_str(message.data)
    finally:
        members.discard(websocket)
    return websocket


async def main():
    app = web.Application()
    app.add_routes([web.get("/echo", echo), web.get("/room", room)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("Serving", runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
