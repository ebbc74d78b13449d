"""How a conversation ends, or does not begin."""

from tornado.web import HTTPError


# [start:farewell]
async def farewell(websocket):
    await websocket.accept()
    name = await websocket.receive()
    await websocket.send(f"Goodbye, {name}")


# [end:farewell]


# [start:stumble]
async def stumble(websocket):
    async for message in websocket:
        await websocket.send(str(100 / int(message)))


# [end:stumble]


# [start:leave]
async def leave(websocket):
    await websocket.accept()
    await websocket.close(4000, 'that is enough')


# [end:leave]


# [start:bouncer]
async def bouncer(websocket):
    if websocket.args.get("word") != ["please"]:
        raise HTTPError(403, reason="Say the magic word")
    await websocket.accept()
    await websocket.send("Come in")


# [end:bouncer]
